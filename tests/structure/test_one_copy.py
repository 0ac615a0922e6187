"""One list, one copy: what foundation/ holds is written nowhere else in the app.

The lists are those of `foundation/catalog.py`: language codes, engines, export formats, environment variables, the
application's id. The steps are those of `foundation/files.py`, `file_lock.py` and `selector_thread.py`: a second
atomic write, a second translation of an OSError, a second lock or wake-up pipe is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeGuard

from saywrite.foundation import catalog

APP = Path(__file__).resolve().parents[2] / "app" / "saywrite"

CATALOG = "foundation/catalog.py"

LISTED = {
    *catalog.LANGUAGE_CODES,
    *catalog.EXPORT_FORMATS,
    *catalog.ENGINE_NAMES,
    *catalog.FORMER_NAMES,
    catalog.AIOLA_FILE,
    catalog.DEFAULT_MODEL,
}
"""Strings that are written in the catalog only. A longer string that contains one is another string."""

INSIDE = re.compile(rf"{re.escape(catalog.APP_ID)}|\b(AIOLA|SAYWRITE)_[A-Z]+")
"""What no string may contain, user texts included."""

X11_PROPERTIES = "desktop/insertion/x11/"
"""Modules whose SAYWRITE_ strings are names of X11 properties, not of environment variables."""

STEPS: Mapping[str, tuple[set[str], str]] = {
    "os.fsync": ({"foundation/files.py"}, "sync_file, sync_folder"),
    "os.fdatasync": ({"foundation/files.py"}, "sync_data"),
    "os.replace": ({"foundation/files.py"}, "write_atomic, new_file"),
    "os.rename": ({"foundation/files.py"}, "set_aside"),
    "Path.replace": ({"foundation/files.py"}, "write_atomic, new_file"),
    "Path.rename": ({"foundation/files.py"}, "set_aside"),
    ".strerror": ({"foundation/files.py"}, "os_error_reason, os_error_message"),
    "errno.ENOSPC": ({"foundation/files.py"}, "is_disk_full"),
    "tempfile.mkstemp": (set(), "new_file"),
    "tempfile.NamedTemporaryFile": (set(), "new_file"),
    "fcntl.flock": ({"foundation/file_lock.py"}, "FileLock, lock_descriptor"),
    "msvcrt.locking": ({"foundation/file_lock.py"}, "FileLock, lock_descriptor"),
    "socket.socketpair": ({"foundation/selector_thread.py"}, "SelectorThread"),
    "os.pipe": ({"foundation/selector_thread.py"}, "SelectorThread"),
    ".acceptProposedAction": (set(), "accept_as_copy of ui/toolkit/clipboard.py"),
    "select.select": ({"foundation/selector_thread.py"}, "wait_readable, which has no limit on descriptors"),
}
"""Step → (the modules that may do it, what the others use)."""

FAST = "loaded by every command for the running window, which must start fast"
WRITABLE = "waits until a pipe takes bytes"
SIGNALS = "the interpreter writes the numbers of signals into it (signal.set_wakeup_fd)"

EXEMPT: Mapping[tuple[str, str], str] = {
    ("storage/recordings/journal.py", "errno.ENOSPC"): "raises it when the system writes nothing without an error",
    ("storage/history/salvage.py", "Path.rename"): "the logs of a history follow the file that was set aside",
    (
        "speech/local/model_store/transfer.py",
        "Path.replace",
    ): "a download that grew over several runs, synced and hashed",
    ("speech/local/model_store/folder.py", "Path.replace"): "large weights that were converted, synced and hashed",
    ("speech/local/model_store/store.py", "Path.replace"): "the folder of a model as a whole",
    ("desktop/remote_control/client.py", ".strerror"): FAST,
    ("cli/ending/streams.py", ".strerror"): FAST,
    ("desktop/remote_control/instance_record.py", "fcntl.flock"): FAST,
    ("desktop/remote_control/instance_record.py", "msvcrt.locking"): "locks a byte far behind the text of the file",
    ("cli/ending/signal_watch.py", "socket.socketpair"): SIGNALS,
    ("ui/app/application.py", "socket.socketpair"): SIGNALS,
    ("audio/backend/pulse_server.py", "os.pipe"): "wakes the main loop of libpulse, which polls a number of a pipe",
    ("desktop/insertion/worker.py", "socket.socketpair"): "also on Windows, where select() takes sockets only",
    ("speech/aiola/net/command_queue.py", "socket.socketpair"): "also on Windows, where select() takes sockets only",
    ("ui/toolkit/preferences.py", "Path.replace"): "no file: replaces the settings in force",
    ("desktop/insertion/wayland/data_control.py", "os.pipe"): "the pipe through which a clipboard is read",
    ("desktop/insertion/portal.py", "select.select"): WRITABLE,
    ("cli/ending/standard_output.py", "select.select"): WRITABLE,
    ("speech/aiola/net/connector.py", "socket.socketpair"): "one name look-up that ends, without a thread that sleeps",
}
"""(Module, step) → why the step is another one there."""


def sources() -> dict[str, str]:
    return {path.relative_to(APP).as_posix(): path.read_text(encoding="utf-8") for path in sorted(APP.rglob("*.py"))}


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and value of every string that is not a docstring."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


def listed_strings(path: str, text: str) -> list[str]:
    """Strings of the catalog in another module, one line each."""
    found = []
    for line, value in strings(ast.parse(text)):
        inside = INSIDE.search(value) and not (path.startswith(X11_PROPERTIES) and value.startswith("SAYWRITE_"))
        if path != CATALOG and (inside or value in LISTED):
            found.append(f"{path}:{line}: {value!r} is listed in {CATALOG}")
    return found


def is_path_move(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether a call can be `Path.replace` or `Path.rename`: one argument, where `str.replace` has two."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("replace", "rename")
        and len(node.args) == 1
        and not node.keywords
    )


def repeated_steps(path: str, text: str) -> list[str]:
    """Steps of foundation/ that a module does by itself, one line each. A call by an imported name counts, too."""
    tree = ast.parse(text)
    names = [(node.lineno, ast.unparse(node)) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
        elif is_path_move(node):
            names.append((node.lineno, f"Path.{node.func.attr}"))  # type: ignore[attr-defined]
    return [
        f"{path}:{line}: {name}: use {instead}"
        for line, name in names
        for step, (homes, instead) in STEPS.items()
        if (name == step or (step.startswith(".") and name.endswith(step) and name != f"os{step}"))
        and path not in homes
        and (path, step) not in EXEMPT
    ]


def in_the_app(check: Callable[[str, str], list[str]]) -> list[str]:
    return [line for path, text in sources().items() for line in check(path, text)]


def test_lists_of_the_catalog_are_written_once() -> None:
    found = in_the_app(listed_strings)
    assert not found, "\n".join(found)


def test_steps_of_foundation_are_written_once() -> None:
    found = in_the_app(repeated_steps)
    assert not found, "\n".join(found)


def test_exemptions_have_a_reason_and_are_still_needed() -> None:
    texts = sources()
    for (path, step), reason in EXEMPT.items():
        assert len(reason) > 20
        used = path in texts and step.removeprefix("Path") in texts[path]
        assert used, f"{path} does not use {step} any more"


def test_rules_see_what_they_forbid() -> None:
    text = '"""About AIOLA_API_KEY and en."""\nx = "Set AIOLA_API_KEY."\ny = {"de": 1}\nz = "deed"\n'
    assert listed_strings("a.py", text) == [
        f"a.py:2: 'Set AIOLA_API_KEY.' is listed in {CATALOG}",
        f"a.py:3: 'de' is listed in {CATALOG}",
    ]
    assert listed_strings(CATALOG, text) == []
    assert listed_strings("a.py", f"x = f'{catalog.APP_ID}.plist'\n") != []
    assert listed_strings("desktop/insertion/x11/a.py", "x = 'SAYWRITE_TIME'\n") == []
    assert listed_strings("desktop/a.py", "x = 'SAYWRITE_TIME'\n") != []
    for line in (
        "os.fsync(3)",
        "error.strerror",
        "from socket import socketpair",
        "part.replace(target)",
        "event.acceptProposedAction()",
    ):
        assert len(repeated_steps("a.py", line)) == 1, line
    assert repeated_steps("foundation/files.py", "os.fsync(3)") == []
    assert repeated_steps("a.py", "text.replace('a', 'b')\nos.strerror(3)\nreplace(value, a=1)\n") == []
