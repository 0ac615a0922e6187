"""The composition root: options to folders, log and settings; builds every object; runs the front end asked for.

Imports what a command needs when it needs it: `saywrite --version` loads nothing, the command line no Qt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from saywrite import cli
from saywrite.errors import SaywriteError
from saywrite.paths import Paths, default_paths

if TYPE_CHECKING:
    from saywrite.dictation.dictation import Dictation
    from saywrite.events import Device, FrontEndEvent
    from saywrite.settings.schema import Settings
    from saywrite.text.keywords import Keyword


def main(argv: Sequence[str] | None = None) -> int:
    """Run Saywrite with these arguments; the exit code."""
    options = cli.parse(argv)
    if options.worker is not None:
        return _run_worker(options.worker)
    try:
        return _COMMANDS[options.command](options)
    except SaywriteError as error:
        print(f"saywrite: {error}", file=sys.stderr)
        return cli.FAILED
    except BrokenPipeError:
        # Somebody downstream closed the pipe (`saywrite listen | head`): nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return cli.FAILED


def build(
    options: cli.Options,
    paths: Paths,
    settings: Settings,
    keywords: tuple[Keyword, ...],
    tell: Callable[[FrontEndEvent], None],
    *,
    keep_files: bool = True,
) -> Dictation:
    """Every object below the front end. `keep_files`: files that are transcribed get a journal and a history too."""
    from saywrite.dictation.assembly import Wishes, assemble

    wishes = Wishes(
        worker_command=worker_command(),
        realtime=options.realtime,
        device=_named_device(options.device),
        keep_files=keep_files,
    )
    return assemble(paths, settings, keywords, tell, wishes)


def worker_command() -> tuple[str, ...]:
    """How to start ourselves as the child process of a local engine."""
    if getattr(sys, "frozen", False):
        return (sys.executable, "--worker", "builtin")
    return (sys.executable, "-m", "saywrite", "--worker", "builtin")


def _named_device(name: str | None) -> Device | None:
    if name is None:
        return None
    from saywrite.audio.devices import list_devices
    from saywrite.dictation.assembly import find_device

    return find_device(list_devices(), name)


def _run_worker(engine: str) -> int:
    if engine != "builtin":
        print(f"saywrite: there is no worker called {engine}.", file=sys.stderr)
        return cli.USAGE
    from saywrite.audio.voice import Segmenter
    from saywrite.speech.builtin import run_worker

    return run_worker(Segmenter)


def _load(options: cli.Options) -> tuple[Paths, Settings, tuple[Keyword, ...]]:
    """Folders, settings with the options over them, keywords; problems are said on standard error."""
    from saywrite.dictation.keyword_store import load_keywords, read_keyword_file
    from saywrite.dictation.logs import start_log
    from saywrite.settings.file import load

    paths = default_paths(options.config, options.data)
    loaded = load(paths.settings)
    start_log(paths.log, loaded.settings.log_level, to_stderr=options.verbose)
    if options.keywords is not None:
        keywords, problems = read_keyword_file(options.keywords)
    else:
        keywords, problems = load_keywords(paths.keywords)
    for problem in (*loaded.problems, *problems):
        print(f"saywrite: {problem}", file=sys.stderr)
    given = {"engine": options.engine, "language": options.language}
    settings = replace(loaded.settings, **{k: v for k, v in given.items() if v is not None})
    return paths, settings, keywords


def _window(options: cli.Options) -> int:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        if os.environ.get("QT_QPA_PLATFORM") not in ("offscreen", "minimal", "vnc"):
            print(
                "saywrite: there is no display to open a window on. Start it from a desktop, or use the terminal: "
                "`saywrite listen` dictates from the microphone, `saywrite transcribe FILE` reads audio files.",
                file=sys.stderr,
            )
            return cli.FAILED
    paths, settings, keywords = _load(options)
    from saywrite.dictation.assembly import engine_choices
    from saywrite.ui.application import run_window

    return run_window(
        paths,
        settings,
        keywords,
        engine_choices(),
        lambda tell: build(options, paths, settings, keywords, tell),
    )


def _listen(options: cli.Options) -> int:
    from saywrite.dictation.batch import Output, listen

    paths, settings, keywords = _load(options)
    return listen(
        lambda tell: build(options, paths, settings, keywords, tell),
        Output(options.format, options.output, options.events),
        options.seconds,
    )


def _transcribe(options: cli.Options) -> int:
    from saywrite.dictation.batch import Output, transcribe

    paths, settings, keywords = _load(options)
    return transcribe(
        lambda tell: build(options, paths, settings, keywords, tell, keep_files=False),
        Output(options.format, options.output, options.events),
        options.files,
    )


def _devices(options: cli.Options) -> int:
    from saywrite.dictation.listing import print_devices

    return print_devices(options.as_json)


def _doctor(options: cli.Options) -> int:
    from saywrite.dictation.listing import print_checks

    paths, settings, keywords = _load(options)
    if not options.self_test:
        from saywrite.dictation.doctor import examine

        return print_checks(examine(paths), options.as_json)
    import tempfile

    from saywrite.dictation.self_test import run_self_test

    with tempfile.TemporaryDirectory(prefix="saywrite-self-test-") as folder:
        private = default_paths(Path(folder) / "config", Path(folder) / "data")
        settings = replace(settings, engine="builtin", language="en", keep_recordings_days=-1)
        check = run_self_test(lambda tell: build(options, private, settings, keywords, tell))
    return print_checks((check,), options.as_json)


_COMMANDS: dict[str, Callable[[cli.Options], int]] = {
    "window": _window,
    "listen": _listen,
    "transcribe": _transcribe,
    "devices": _devices,
    "doctor": _doctor,
}
