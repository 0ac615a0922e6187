"""The composition root: reads options and settings, builds all objects, runs a front end. Main thread.

Each command imports what it needs: `saywrite --version` loads no other package, the command line no Qt.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from saywrite.cli import arguments as cli
from saywrite.cli.ending.exit_codes import DONE, FAILED, USAGE, run_to_exit_code
from saywrite.cli.ending.interrupts import end_even_when_held, end_on_signals
from saywrite.foundation.catalog import EN, LOCAL
from saywrite.foundation.paths import Paths, default_paths
from saywrite.foundation.program import (
    program_command,
    restore_library_path,
    share_memory,
    take_environment,
    window_command,
    worker_command,
)

if TYPE_CHECKING:
    from saywrite.cli.batch import Output
    from saywrite.cli.remote_answers import RemoteServers
    from saywrite.desktop.autostart import Autostart
    from saywrite.desktop.desktop_thread import DesktopThread
    from saywrite.desktop.single_instance import Instance
    from saywrite.dictation.api import Dictation, DictationApplication
    from saywrite.dictation.observers import StatusBoard
    from saywrite.foundation.events import FrontEndEvent
    from saywrite.storage.history.store import HistoryStore
    from saywrite.storage.settings.keyring import Secrets
    from saywrite.storage.settings.schema import Settings
    from saywrite.text.keywords import Keyword
    from saywrite.ui.app.dialogs import UiContext
    from saywrite.ui.app.frontend import FrontEnd
    from saywrite.ui.settings.account_access import AccountAccess

_environ: Mapping[str, str] = os.environ
"""The environment at the start. Set once; afterwards `os.environ`, which child processes inherit, has no API key."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run Saywrite with these arguments and return the exit code."""
    restore_library_path(os.environ)
    return run_to_exit_code(lambda: _run(cli.parse(argv)))


def _run(options: cli.Options) -> int:
    if options.worker is not None:
        return _run_worker(options.worker, options.model_folder)
    end_on_signals()
    if options.command not in cli.VERBS:
        global _environ
        _environ = take_environment(os.environ)
    if options.command in ("devices", "doctor", "models"):  # a library may block them
        end_even_when_held()
    return _COMMANDS[options.command](options)


def build(
    options: cli.Options,
    paths: Paths,
    settings: Settings,
    keywords: tuple[Keyword, ...],
    tell: Callable[[FrontEndEvent], None],
    *,
    keep_files: bool = True,
    secrets: Secrets | None = None,
    on_main: Callable[[Callable[[], None]], None] | None = None,
    models: Path | None = None,
    desktop: DesktopThread | None = None,
) -> Dictation:
    """Build every object below the front end.

    `keep_files`: transcribed files get a journal and a history too. `secrets`: where the front end keeps keys.
    `on_main`: runs a job on the window's thread. `models`: another data folder for the models. `desktop`: the thread
    for D-Bus.
    """
    from saywrite.dictation.api import Dictation
    from saywrite.dictation.inbox import Inbox
    from saywrite.foundation.end_limits import NO_SERVICE_S
    from saywrite.storage.settings.keyring import LateSecrets

    inbox = Inbox()
    device = None
    if options.device is not None:
        from saywrite.dictation.assembly import named_device

        device = named_device(options.device)
    offline_s = NO_SERVICE_S if options.command in ("listen", "transcribe") and not options.wait else None

    def make_application() -> DictationApplication:
        from saywrite.desktop.desktop_thread import DesktopThread
        from saywrite.dictation.assembly import RunOptions, ServiceContext, assemble
        from saywrite.speech.network.network import Network

        folder, thread, paced = models or paths.data, desktop or DesktopThread(), options.realtime
        start, again = (worker_command, folder, paced, device, keep_files, program_command()), options.again
        run_options = RunOptions(*start, on_main, thread, offline_s, again)
        network = Network(stay_offline=lambda: settings.stay_offline)
        context = ServiceContext(secrets or LateSecrets(), network, _environ)
        return assemble(inbox, paths, settings, keywords, tell, run_options, context)

    return Dictation(inbox, make_application)


def _run_worker(engine: str, model: Path | None) -> int:
    if engine != LOCAL or model is None:
        print(f"saywrite: there is no worker called {engine}, or no model for it.", file=sys.stderr)
        return USAGE
    from saywrite.audio.vad import Segmenter
    from saywrite.speech.local.engine import run_worker

    return run_worker(model, Segmenter)


def _load(options: cli.Options, *, repair: bool = True) -> tuple[Paths, Settings, tuple[Keyword, ...], tuple[str, ...]]:
    """Return folders, settings as they are stored, keywords, and problems with them as sentences."""
    from saywrite.foundation.logging_setup import start_log
    from saywrite.storage.settings.file import keep_offline, load
    from saywrite.storage.settings.keyword_list import load_keywords, read_keyword_file

    paths = default_paths(options.config, options.data)
    loaded = load(paths.settings, repair=repair)
    start_log(paths.log, loaded.settings.log_level, to_stderr=options.verbose)
    named = options.keywords
    keywords, problems = read_keyword_file(named) if named else load_keywords(paths.keywords, repair=repair)
    return paths, keep_offline(loaded.settings), keywords, (*loaded.problems, *problems)


def _load_for_terminal(options: cli.Options) -> tuple[Paths, Settings, tuple[Keyword, ...]]:
    paths, settings, keywords, problems = _load(options)
    for problem in problems:
        print(f"saywrite: {problem}", file=sys.stderr)
    return paths, cli.with_options(settings, options), keywords


def _window(options: cli.Options) -> int:
    from saywrite.desktop.desktop_thread import DesktopThread
    from saywrite.desktop.single_instance import become_or_raise, no_display, running_elsewhere

    if words := no_display(sys.platform, os.environ):
        print(f"saywrite: {words}", file=sys.stderr)
        return FAILED
    share_memory()  # before the first thread: one that has an arena keeps it, and later threads get them in turn
    gc.disable()  # nothing that the imports make is garbage; `GarbageTimer` collects later
    data = default_paths(options.config, options.data).data
    instance = become_or_raise(data, os.environ)
    if instance is None:
        if words := running_elsewhere(data, os.environ):
            from saywrite.ui.app.application import show_startup_message

            show_startup_message(words)
        return DONE
    desktop = DesktopThread()
    try:
        return _open_window(options, instance, desktop)
    finally:
        desktop.close()
        instance.release()


def _open_window(options: cli.Options, instance: Instance, desktop: DesktopThread) -> int:
    """Show the window, and build what acts on it after the first paint, before any input is handled."""
    from saywrite.storage.settings.keyring import LateSecrets
    from saywrite.ui.app.application import create_application, route_messages, run
    from saywrite.ui.app.dictation_thread import DictationThread
    from saywrite.ui.app.first_view import FirstView, LateFrontEnd, make_window, settings_at_start
    from saywrite.ui.toolkit.background import MainThread
    from saywrite.ui.widgets.choosers import catalog_choices

    paths, stored, keywords, problems = _load(options)
    app = create_application(sys.argv[:1], stored.theme, stored.program_language)
    stored = settings_at_start(stored, paths.settings)
    settings, problems = cli.with_options(stored, options), (*problems, *filter(None, [instance.problem]))
    route_messages()
    thread, secrets, on_main = DictationThread(), LateSecrets(), MainThread().do
    dictation = build(
        options, paths, settings, keywords, thread.tell, secrets=secrets, on_main=on_main, desktop=desktop
    )

    def build_front() -> tuple[FrontEnd, RemoteServers]:
        from saywrite.dictation.observers import StatusBoard
        from saywrite.ui.app.frontend import FrontEnd, watch_tray_hosts

        board = StatusBoard()
        front = FrontEnd(dictation, _ui_context(options, paths, settings, stored, secrets), window)
        thread.observe = board.receive
        thread.event_emitted.connect(front.receive)
        remote = _take_commands(instance, dictation, board, front, desktop)
        app.aboutToQuit.connect(remote.close)
        watch_tray_hosts(front.tray, desktop, app.aboutToQuit.connect)
        thread.begin(dictation.run)
        return front, remote

    choices, access = catalog_choices(), partial(_account_access, secrets)
    window = make_window(dictation, FirstView(settings, keywords, choices, paths.window_state, access, problems))
    late = LateFrontEnd(window, build_front)
    late.show(hidden=settings.start_hidden)
    return run(app, thread, dictation, late.save)


def _ui_context(
    options: cli.Options, paths: Paths, settings: Settings, stored: Settings, secrets: Secrets
) -> UiContext:
    """Return what the window needs besides the dictation. The first run is offered to a start without arguments."""
    from saywrite.dictation.models.transcribing_child import Retranscriber
    from saywrite.storage.settings.file import keep_stored, save
    from saywrite.ui.app.dialogs import UiContext
    from saywrite.ui.widgets.choosers import catalog_choices

    return UiContext(
        settings=settings,
        choices=catalog_choices(),
        save_settings=lambda changed: save(paths.settings, keep_stored(changed, settings, stored)),
        save_keywords=lambda changed: _save_keywords(options.keywords, paths, changed),
        open_history=lambda: _open_history(paths),
        diagnostics=lambda: _diagnostics(paths),
        window_state=paths.window_state,
        account=_account_access(secrets),
        activate_x11=_activate_x11,
        autostart=lambda: _autostart(options),
        retranscriber=Retranscriber(paths, program_command(), {**os.environ, **_environ}),
        greets=options == cli.parse([]),
    )


def _account_access(secrets: Secrets) -> AccountAccess:
    """Return the operations of the aiOla page in the settings."""
    from saywrite.speech.aiola.account import check_address
    from saywrite.ui.settings.account_access import SECRET_OF, AccountAccess, environment_of

    def test(settings: Settings, typed: str | None) -> Iterator[tuple[bool | None, str, str]]:
        from saywrite.dictation.assembly import find_account
        from saywrite.speech.aiola.connection_check import check
        from saywrite.speech.network.network import Network
        from saywrite.storage.settings.keyring import SessionSecrets

        kept = secrets
        if typed is not None:
            kept = SessionSecrets()
            kept.set(SECRET_OF[settings.aiola_sign_in], typed)
        network = Network(stay_offline=lambda: settings.stay_offline)
        for finding in check(lambda: find_account(settings, kept, _environ), network):
            yield finding.ok, finding.words, finding.remedy

    return AccountAccess(lambda: secrets, test, check_address, environment_of(_environ))


def _take_commands(
    instance: Instance, dictation: Dictation, board: StatusBoard, front: FrontEnd, desktop: DesktopThread
) -> RemoteServers:
    """Serve the command line and D-Bus from now on, and the commands that already wait.

    The caller keeps the result: a Qt signal holds no reference to the object of a bound method.
    """
    from saywrite.cli.remote_answers import RemoteControl, RemoteServers, WindowCalls

    window = WindowCalls(front.activator.show_requested.emit, front.activator.quit_requested.emit)
    remote = RemoteControl(dictation, board, front.preferences.settings, window)
    points = RemoteServers(instance.server_socket, remote.answer, desktop)
    points.open()
    points.join_bus()
    return points


def _autostart(options: cli.Options) -> Autostart:
    from saywrite.desktop.autostart import autostart_here

    return autostart_here(window_command(options.config, options.data))


def _activate_x11(window: int) -> None:
    from saywrite.desktop.window_activation import activate

    activate(window)


# Tasks of the window, run on its pool threads. Their modules are imported at the first use.


def _save_keywords(named: Path | None, paths: Paths, keywords: tuple[Keyword, ...]) -> None:
    from saywrite.storage.settings.keyword_list import save_keywords

    # Keywords from a file that the command line named go back there: the user's own list is another one.
    save_keywords(named or paths.keywords, keywords, private=named is None)


def _open_history(paths: Paths) -> HistoryStore:
    from saywrite.storage.history.store import HistoryStore
    from saywrite.storage.recordings.repair import remove_deleted

    return HistoryStore(paths.history, partial(remove_deleted, paths.recordings))


def _diagnostics(paths: Paths) -> str:
    from saywrite.cli.doctor.diagnostics import describe_system

    return describe_system(paths, _environ)


def _drive(options: cli.Options) -> int:
    from saywrite.cli.remote_commands import drive

    data = default_paths(options.config, options.data).data
    engine, language = options.engine or "", options.language or ""
    if said := drive(data, options.command, engine=engine, language=language, as_json=options.as_json):
        print(said)
    return DONE


def _listen(options: cli.Options) -> int:
    from saywrite.cli.batch import listen

    paths, settings, keywords = _load_for_terminal(options)
    return listen(partial(build, options, paths, settings, keywords), _output(options, paths), options.seconds)


def _transcribe(options: cli.Options) -> int:
    from saywrite.cli.batch import errors_as_events, transcribe
    from saywrite.dictation.commands import is_sent_whole

    with errors_as_events(options.events):
        paths, settings, keywords = _load_for_terminal(options)
        return transcribe(
            lambda tell: build(options, paths, settings, keywords, tell, keep_files=False),
            _output(options, paths),
            options.files,
            lambda path: not options.realtime and is_sent_whole(path, settings),
            options.languages,
        )


def _output(options: cli.Options, paths: Paths) -> Output:
    from saywrite.cli.batch import Output

    own = (paths.settings, paths.keywords, paths.history, paths.log)
    return Output(options.format, options.output, options.events, (*filter(None, [options.keywords]), *own))


def _devices(options: cli.Options) -> int:
    from saywrite.cli.doctor.report import print_devices

    return print_devices(options.as_json)


def _ledger(options: cli.Options) -> int:
    from saywrite.cli.ledger import print_ledger

    return print_ledger(default_paths(options.config, options.data).history, options.as_json)


def _models(options: cli.Options) -> int:
    from saywrite.cli.models import ModelRequest, find_sources, run
    from saywrite.speech.local.model_store.store import ModelStore

    paths, settings, _keywords = _load_for_terminal(options._replace(model=None))
    source = settings.model_source if options.model_source is None else options.model_source
    request = ModelRequest(options.action, options.model, settings.local_model, source, options.as_json)
    return run(request, ModelStore(paths.data), partial(find_sources, stay_offline=settings.stay_offline))


def _doctor(options: cli.Options) -> int:
    from saywrite.cli.doctor.report import print_checks

    if not options.self_test:
        from saywrite.cli.doctor.examination import examine

        paths, *_ = _load(options, repair=False)
        return print_checks(examine(paths, _environ), options.as_json)
    paths, settings, keywords = _load_for_terminal(options)
    from dataclasses import replace

    from saywrite.cli.doctor.self_test import run_self_test
    from saywrite.storage.recordings.library import temporary_folder

    with temporary_folder("self-test") as folder:
        private = default_paths(folder / "config", folder / "data")
        settings = replace(settings, engine=LOCAL, language=EN, keep_recordings_days=-1)
        check = run_self_test(lambda tell: build(options, private, settings, keywords, tell, models=paths.data))
    return print_checks((check,), options.as_json)


_COMMANDS: dict[str, Callable[[cli.Options], int]] = {
    "window": _window,
    "listen": _listen,
    "transcribe": _transcribe,
    "devices": _devices,
    "models": _models,
    "ledger": _ledger,
    "doctor": _doctor,
    **dict.fromkeys(cli.VERBS, _drive),
}
