"""Finds options of the settings by words of their label, help and choices. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from saywrite.foundation.messages import message
from saywrite.storage.settings.option import Option, Page
from saywrite.text.folding import fold
from saywrite.ui.toolkit.translation import bare, joined, tr

SYNONYMS: Mapping[str, str] = {
    "hotkey": message("shortcut push-to-talk"),
    "second_hotkey": message("shortcut hotkey"),
    "hands_free_hotkey": message("shortcut hotkey voice start stop listening accessibility"),
    "hands_free_at_start": message("voice start stop listening accessibility"),
    "hands_free_silence_s": message("hands-free voice stop listening"),
    "suggest_keywords": message("words vocabulary dictionary lab learn correct"),
    "theme": message("dark mode colors"),
    "overlay": message("pill floating"),
    "keep_recordings_days": message("audio retention delete"),
    "stay_offline": message("private network internet cloud"),
    "engine": message("engine whisper aiola cloud offline"),
    "local_model": message("whisper engine"),
    "model_source": message("mirror offline"),
    "insertion_means": message("paste type clipboard"),
    "microphone_name": message("input device headset"),
    "preroll_ms": message("preroll listen ahead"),
    "announce": message("accessibility orca"),
    "start_hidden": message("autostart login minimized"),
    "close_to_tray": message("quit background"),
    "log_level": message("debug diagnostics"),
}
"""Further words that users look for, by the name of the option."""

BESIDE: Mapping[str, str] = {
    "start_hidden": message("Start at login"),
    "suggest_keywords": message("Try keywords on your last dictations…"),
    "aiola_sign_in": message("&Test connection"),
}
"""The words of a control that is no option, by the name of an option on its page."""


def words_of(option: Option) -> str:
    """Return every text in which an option is found, folded. Its English synonyms are known in every language."""
    synonyms = SYNONYMS.get(option.name, "")
    texts = [tr(each) for each in (option.page, option.label, option.help, *dict(option.choices).values(), synonyms)]
    return fold(joined(" ", *texts, str(synonyms), bare(BESIDE.get(option.name, ""))))


def find_options(options: Iterable[Option], query: str) -> frozenset[str]:
    """Return the names of the options that have every word of `query`; an empty query finds all."""
    wanted = fold(query).split()
    return frozenset(option.name for option in options if all(word in words_of(option) for word in wanted))


def find_best_pages(options: Iterable[Option], query: str) -> tuple[Page, ...]:
    """Return the pages whose names or labels of options match the words of `query` best.

    A whole name is best, then words of it, then beginnings of its words, then other parts.
    """
    wanted = fold(query).split()
    ranks = [
        (max(_rank(fold(tr(name)), wanted) for name in (option.label, option.page)), option.page) for option in options
    ]
    best = max((rank for rank, _page in ranks), default=0)
    return tuple(dict.fromkeys(page for rank, page in ranks if rank == best))


def _rank(label: str, wanted: Sequence[str]) -> int:
    words = label.split()
    if words == list(wanted):
        return 4 * len(wanted)
    return sum(
        3 if word in words else 2 if any(each.startswith(word) for each in words) else 1 if word in label else 0
        for word in wanted
    )
