"""The command line (a contract: others script against it). Parses only; never imports Qt, audio or an engine.

Exit codes: 0 done, 1 failed, 2 usage, 3 no running instance, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from saywrite import __version__
from saywrite.foundation.catalog import (
    ENGINE_NAMES,
    ENVIRONMENT_VARIABLES,
    EXPORT_FORMATS,
    FORMER_NAMES,
    LANGUAGE_CODES,
    MODEL_LABELS,
    TXT,
)

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

    from saywrite.storage.settings.schema import Settings

    _Commands = argparse._SubParsersAction["_Parser"]

MODELS = tuple(MODEL_LABELS)
MODEL_ACTIONS = ("list", "download", "remove", "verify")
FORMATS = tuple(EXPORT_FORMATS)

VERBS = {
    "start": "the running window starts a dictation",
    "stop": "the running window ends its dictation",
    "toggle": "start, or stop while a dictation is running",
    "cancel": "the running window drops its dictation",
    "show": "bring the running window to the front",
    "status": "what the running window does now",
    "quit": "end the running window, and wait until it is gone",
}

DESCRIPTION = "Speak, and it is written. Without a command the window opens."
EPILOG = f"""\
Finals go to standard output as they come, everything else to standard error.
exit codes: 0 done, 1 failed (the message names the remedy), 2 usage, 3 no running instance, 130 interrupted
environment: {", ".join(ENVIRONMENT_VARIABLES)}"""


class Options(NamedTuple):
    """The command line as values. None: not given, the settings decide.

    A named tuple, here and in all that a command for the running window loads: `dataclasses` takes longer to load
    than such a command takes.
    """

    command: str
    files: tuple[Path, ...] = ()
    seconds: float | None = None
    realtime: bool = False
    wait: bool = False
    as_json: bool = False
    self_test: bool = False
    engine: str | None = None
    language: str | None = None
    keywords: Path | None = None
    device: str | None = None
    format: str = TXT
    output: Path | None = None
    events: bool = False
    config: Path | None = None
    data: Path | None = None
    verbose: bool = False
    worker: str | None = None
    action: str = ""
    model: str | None = None
    model_source: str | None = None
    model_folder: Path | None = None
    again: str = ""
    languages: tuple[str, ...] = ()


def with_options(settings: Settings, options: Options) -> Settings:
    """The settings, with the recognizer, language and model that the command line names.

    Where nothing may leave this computer, a command that names aiOla fails with the remedy; a window dictates here.
    """
    from dataclasses import replace

    from saywrite.storage.settings.file import keep_offline

    named = replace(
        settings,
        engine=options.engine or settings.engine,
        language=options.language or settings.language,
        local_model=options.model or settings.local_model,
    )
    return keep_offline(named) if options.command == "window" else named


def parse(argv: Sequence[str] | None = None) -> Options:
    """The options in the arguments. Exits with `USAGE` and a message on wrong ones, with `DONE` after --help."""
    given = vars(build_parser().parse_args(argv))
    return Options(
        command=given.pop("command") or "window",
        files=tuple(given.pop("files", ())),
        **given,
    )


class _Parser(argparse.ArgumentParser):
    """argparse since Python 3.13 drops the error when help or version cannot be written."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        with suppress(OSError) if file is sys.stderr else nullcontext():
            print(message or "", end="", file=file)


class _Version(argparse.Action):
    """The first line of `--version` is a contract; the second says how this program was installed."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from saywrite.foundation.program import installation  # late: only this option asks

        print(f"saywrite {__version__}\n{installation()}")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line. The man page and the completions are made from it."""
    places, speech, output = _places(), _speech(), _output()
    parser = _Parser(
        prog="saywrite",
        description=DESCRIPTION,
        epilog=EPILOG,
        parents=[places, speech],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shown = "print the version, the commit and the model"
    parser.add_argument("--version", action=_Version, nargs=0, dest=argparse.SUPPRESS, help=shown)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--model-folder", type=Path, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    listen = commands.add_parser(
        "listen", parents=[speech, output, places], help="dictate from the microphone to standard output"
    )
    listen.add_argument("--device", metavar="NAME", help="microphone, as `saywrite devices` names it")
    listen.add_argument("--seconds", type=_positive, metavar="N", help="stop by itself after N seconds")

    transcribe = commands.add_parser(
        "transcribe", parents=[speech, output, places], help="the same for audio and video files, and raw PCM"
    )
    transcribe.add_argument("files", nargs="+", type=Path, metavar="FILE")
    transcribe.add_argument("--realtime", action="store_true", help="at the pace of a microphone")
    transcribe.add_argument("--again", default="", help=argparse.SUPPRESS)  # of the history: a dictation
    transcribe.add_argument("--languages", type=_languages, default=(), help=argparse.SUPPRESS)  # one for each file

    devices = commands.add_parser("devices", parents=[places], help="list the microphones")
    doctor = commands.add_parser("doctor", parents=[places], help="what works, what does not, and the remedy")
    ledger = commands.add_parser("ledger", parents=[places], help="how much speech went where, by month")
    ledger.add_argument("--json", dest="as_json", action="store_true", help="with each dictation")
    devices.add_argument("--json", dest="as_json", action="store_true")
    doctor.add_argument("--json", dest="as_json", action="store_true")
    doctor.add_argument("--self-test", action="store_true", help="play a bundled recording through the whole pipeline")
    _add_models(commands, places)
    _add_verbs(commands, places)
    return parser


def _add_models(commands: _Commands, places: _Parser) -> None:
    models = commands.add_parser("models", parents=[places], help="recognition models on this computer")
    models.add_argument(
        "action",
        nargs="?",
        choices=MODEL_ACTIONS,
        default="list",
        help="verify compares every byte with the published one",
    )
    models.add_argument("model", nargs="?", choices=MODELS, metavar="NAME", help=", ".join(MODELS))
    models.add_argument("--json", dest="as_json", action="store_true")
    models.add_argument(
        "--from",
        dest="model_source",
        metavar="FOLDER_OR_URL",
        help="where to look first for the files of a model that is downloaded",
    )


def _add_verbs(commands: _Commands, places: _Parser) -> None:
    for verb, what in VERBS.items():
        command = commands.add_parser(verb, parents=[places], help=what)
        command.add_argument("--json", dest="as_json", action="store_true", help="print the status as JSON")
        if verb in ("start", "toggle"):
            command.add_argument(
                "--engine", type=_engine, choices=ENGINE_NAMES, default=argparse.SUPPRESS, help="for this dictation"
            )
            command.add_argument(
                "--language", choices=LANGUAGE_CODES, default=argparse.SUPPRESS, help="for this dictation"
            )


def _options(title: str) -> tuple[_Parser, argparse._ArgumentGroup]:
    # SUPPRESS: an option of the main parser that was given is not overwritten by a subcommand's default.
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    return parser, parser.add_argument_group(title)


def _places() -> _Parser:
    parser, group = _options("places")
    group.add_argument("--config", type=Path, metavar="DIR", help="settings and keywords live here")
    group.add_argument("--data", type=Path, metavar="DIR", help="recordings, history and logs live here")
    group.add_argument("-v", "--verbose", action="store_true", help="say more on standard error")
    return parser


def _speech() -> _Parser:
    parser, group = _options("speech")
    group.add_argument("--engine", type=_engine, choices=ENGINE_NAMES)
    group.add_argument("--model", choices=MODELS, help="of the recognizer on this computer")
    group.add_argument("--language", choices=LANGUAGE_CODES)
    group.add_argument("--keywords", type=Path, metavar="FILE", help="spoken -> written pairs, .json or .csv")
    return parser


def _output() -> _Parser:
    parser, group = _options("output")
    group.add_argument("--format", choices=FORMATS, help="txt comes as it is heard, the others at the end")
    group.add_argument(
        "--output", type=Path, metavar="FILE", help="write there instead; a folder when there are several files"
    )
    group.add_argument("--wait", action="store_true", help="keep trying while aiOla's service cannot be reached")
    group.add_argument("--events", action="store_true", help="one JSON object per line instead of text")
    return parser


def _engine(text: str) -> str:
    return FORMER_NAMES.get(text, text)


def _languages(text: str) -> tuple[str, ...]:
    codes = tuple(text.split(","))
    if not set(codes) <= set(LANGUAGE_CODES):
        raise argparse.ArgumentTypeError("must be codes of languages, separated by commas")
    return codes


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be a positive number of seconds")
    return value
