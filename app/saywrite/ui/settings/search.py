"""Finds options of the settings by words of their label, help and choices. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from saywrite.storage.settings.option import Option
from saywrite.ui.toolkit.translation import joined, tr

SYNONYMS: Mapping[str, str] = {
    "hotkey": "shortcut push-to-talk",
    "second_hotkey": "shortcut hotkey",
    "hands_free_hotkey": "shortcut hotkey voice start stop listening accessibility",
    "hands_free_at_start": "voice start stop listening accessibility",
    "hands_free_silence_s": "hands-free voice stop listening",
    "suggest_keywords": "words vocabulary dictionary lab learn correct",
    "theme": "dark mode colors",
    "overlay": "pill floating",
    "keep_recordings_days": "audio retention delete",
    "stay_offline": "private network internet cloud",
    "engine": "engine whisper aiola cloud offline",
    "local_model": "whisper engine",
    "model_source": "mirror offline",
    "insertion_means": "paste type clipboard",
    "microphone_name": "input device headset",
    "preroll_ms": "preroll listen ahead",
    "announce": "accessibility orca",
    "start_hidden": "autostart login minimized",
    "close_to_tray": "quit background",
    "log_level": "debug diagnostics",
}
"""Further words that users look for, by the name of the option."""


def words_of(option: Option) -> str:
    """Return every text in which an option is found, in lower case."""
    texts = [tr(each) for each in (option.page, option.label, option.help, *dict(option.choices).values())]
    return joined(" ", *texts, SYNONYMS.get(option.name, "")).casefold()


def find_options(options: Iterable[Option], query: str) -> frozenset[str]:
    """Return the names of the options that have every word of `query`; an empty query finds all."""
    wanted = query.casefold().split()
    return frozenset(option.name for option in options if all(word in words_of(option) for word in wanted))
