"""The layout of the code: folders and modules of a size that can be read, no import cycle, one home for each list."""

from __future__ import annotations

from pathlib import Path

from tests.packaging_modules import load_script

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app" / "saywrite"

FOLDER_ENTRIES = 12
MODULE_LINES = 60

SHORT: dict[str, str] = {
    "speech/aiola/net/stream_request.py": "the address of a stream, which connection and transport both need",
    "__main__.py": "the entry point of `python -m saywrite`",
    "audio/files/file_view.py": "a part of a file as a file of its own, which decoders read",
    "cli/doctor/diagnostics.py": "the text of Help > Copy diagnostics",
    "cli/ending/signal_watch.py": "the thread that sees a signal while native code holds the interpreter",
    "desktop/insertion/wayland/idle.py": "one Wayland interface",
    "desktop/insertion/wayland/toplevels.py": "one Wayland interface",
    "desktop/remote_control/peer.py": "loaded by every command for the running window, which must start fast",
    "desktop/remote_control/protocol.py": "loaded by every command for the running window, without the server's half",
    "desktop/window_activation.py": "the one X11 request that raises a window",
    "dictation/inbox.py": "front ends make it before the loop is imported",
    "dictation/models/backlog.py": "which dictations wait for a model",
    "foundation/end_limits.py": "limits that the fast commands and the dictation read",
    "speech/aiola/upload_messages.py": "the messages between an upload and its engine",
    "speech/aiola/warm_up.py": "the imports that the first connection would have to wait for",
    "speech/local/decoder/simplified_chinese.py": "the table of OpenCC and its use",
    "speech/local/decoder/spoken_language.py": "the rule when another language is reported, pure",
    "storage/history/in_use.py": "the lock that tells that a history is open",
    "storage/recordings/folder_lock.py": "the lock of a recording's folder",
    "storage/settings/window_state.py": "the size of the window, kept apart from the settings",
    "text/spoken_punctuation/tables.py": "the table of each language, by its code",
    "ui/app/dictation_thread.py": "the one QThread, and the events it emits",
    "ui/models/download_rate.py": "the time that a download still takes",
    "text/keyword_sets/word_differences.py": "which words of two texts differ, for two windows",
    "ui/settings/fold.py": "the part of a page that is folded, for two kinds of pages",
    "ui/toolkit/clipboard.py": "the one place that writes the clipboard for the window",
    "ui/toolkit/preferences.py": "the one owner of the window's settings",
    "ui/toolkit/theme/contrast.py": "the formulas of WCAG, apart from the colors",
    "ui/toolkit/theme/indicators.py": "the outlines that one style draws too dark",
    "ui/toolkit/theme/motion.py": "the one question whether parts may move",
    "ui/toolkit/theme/tokens.py": "the page of measures and fixed colors, which only names values",
    "ui/transcript/export_document.py": "the shown transcript as lines for an export",
    "ui/widgets/fields/search_field.py": "the one field with words to search for, for every list and window",
    "ui/tray/window_geometry.py": "size and position of every window but the first",
}
"""Modules under 60 lines, each with the reason why it stands alone."""


MEASURES = load_script("measure_structure")


def too_short(sources: dict[str, str], allowed: dict[str, str]) -> list[str]:
    """Modules under the floor that have no written reason, and reasons that no module needs any more."""
    short = {
        path
        for path, text in sources.items()
        if len(text.splitlines()) < MODULE_LINES and not path.endswith("__init__.py")
    }
    unneeded = [f"{path}: no reason is needed any more" for path in sorted(allowed.keys() - short)]
    return [f"{path}: under {MODULE_LINES} lines" for path in sorted(short - allowed.keys())] + unneeded


def test_folder_has_at_most_twelve_entries() -> None:
    assert FOLDER_ENTRIES == 12
    full = {name: n for name, n in MEASURES.entries_per_folder(APP).items() if n > FOLDER_ENTRIES}
    assert not full


def test_module_is_long_enough_to_stand_alone() -> None:
    assert not too_short(MEASURES.sources(APP), SHORT)


def test_no_module_imports_itself_around_a_corner() -> None:
    assert MEASURES.cycles(MEASURES.sources(APP)) == []


def test_public_class_name_is_used_once() -> None:
    repeated = {name: paths for name, paths in MEASURES.public_classes(MEASURES.sources(APP)).items() if len(paths) > 1}
    assert not repeated


def test_rules_of_the_layout_see_what_they_forbid(tmp_path: Path) -> None:
    for number in range(13):
        (tmp_path / f"m{number}.py").write_text("x = 1\n")
    assert MEASURES.entries_per_folder(tmp_path) == {".": 13}
    assert too_short({"a.py": "x\n" * 59, "b.py": "x\n" * 60}, {"c.py": "gone"}) == [
        "a.py: under 60 lines",
        "c.py: no reason is needed any more",
    ]
    late = {"a.py": "def f():\n    from saywrite.b import g\n", "b.py": "from saywrite import c\n"}
    late["c.py"] = "import saywrite.a\n"
    assert MEASURES.cycles(late) == [("saywrite.a", "saywrite.b", "saywrite.c")]
    checking = {
        "a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from saywrite.b import B\n",
        "b.py": "from saywrite.a import A\n",
    }
    assert MEASURES.cycles(checking) == [("saywrite.a", "saywrite.b")]
    assert MEASURES.cycles({"a.py": "from saywrite.b import B\n", "b.py": "import os\n"}) == []
    assert MEASURES.public_classes({"a.py": "class A: ...\nclass _B: ...\n", "b.py": "class A: ...\n"}) == {
        "A": ["a.py", "b.py"]
    }


def test_code_is_counted_without_blanks_comments_and_docstrings() -> None:
    text = (
        '"""What the module\n\nis for."""\n\n# alone\nLIMIT = 1  # beside\n"""Seconds."""\n\n'
        'def f():\n    """One."""\n    return """two\n\nlines"""\n'
    )
    assert MEASURES.code_lines(text) == 5
    assert MEASURES.code_lines("# only\n\n") == 0
