"""Builds the application below its front end: every object once, with its collaborators."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, cast

from saywrite.audio.backend.audio_thread import AudioThread
from saywrite.audio.backend.devices import Microphones, list_devices
from saywrite.audio.backend.pulse_server import SoundServer
from saywrite.audio.files.file_source import FileSource
from saywrite.audio.microphone.microphone import Microphone
from saywrite.audio.microphone.monitor import MicrophoneMonitor
from saywrite.audio.microphone.preroll import PrerollController
from saywrite.audio.player import Player
from saywrite.audio.source import Source
from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.base import Hotkeys
from saywrite.desktop.hotkeys.select import choose, open_hotkeys
from saywrite.desktop.insertion.base import InsertionBackend
from saywrite.desktop.insertion.context.accessible_text import AccessibleText
from saywrite.desktop.insertion.select import PortalToken, open_backend
from saywrite.desktop.insertion.select import choose as insertion_backends
from saywrite.desktop.insertion.worker import Inserter
from saywrite.desktop.power import saves_power
from saywrite.desktop.session.events import SessionWatch
from saywrite.desktop.session.network_events import NetworkChanges, is_metered
from saywrite.dictation.api import DictationApplication
from saywrite.dictation.commands import DictationCommands, FileUse, Hardware
from saywrite.dictation.engines.late_recognizers import LateRecognizers, ServiceRecognizers
from saywrite.dictation.inbox import Inbox
from saywrite.dictation.loop import CurrentSettings, Loop, Services
from saywrite.dictation.models.library import LibraryContext, ModelLibrary
from saywrite.dictation.models.trial import ModelTrial
from saywrite.dictation.observers import SoundEffects
from saywrite.dictation.persistence.archive import Archive
from saywrite.dictation.persistence.disk_thread import DiskThread
from saywrite.dictation.persistence.files.queue import FilePorts, FileQueue
from saywrite.dictation.push_to_talk.controller import DesktopServices, PushToTalkController
from saywrite.dictation.push_to_talk.insertion_queue import InsertionQueue
from saywrite.foundation.catalog import (
    AIOLA,
    AIOLA_FILE,
    APP_ID,
    AUTH_VARIABLE,
    BASE_VARIABLE,
    KEY_VARIABLE,
    LOCAL,
    WORKFLOW_VARIABLE,
)
from saywrite.foundation.end_limits import EndLimits
from saywrite.foundation.errors import KeyMissing, NoMicrophone, SecretsUnavailable
from saywrite.foundation.events import Device, FrontEndEvent, PrerollActive
from saywrite.foundation.messages import joined, message
from saywrite.foundation.paths import Paths
from saywrite.speech.aiola.account import Account, check_address
from saywrite.speech.engine import Recognizer
from saywrite.speech.local.engine import LocalRecognizer
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import ModelSource as ModelSource
from saywrite.speech.local.model_store.sources import make_sources
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.local.models import find_model
from saywrite.speech.network.network import Network
from saywrite.storage.settings.keyring import ACCESS_TOKEN, API_KEY, Secrets
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword


def find_account(settings: Settings, keychain: Secrets, environ: Mapping[str, str]) -> Account:
    """Return the account to dictate with.

    Raises KeyMissing where there is none, AddressRefused for an address that is not safe for private data.
    """
    base_url = check_address(_variable(environ, BASE_VARIABLE) or settings.aiola_base_url)
    auth_url = check_address(_variable(environ, AUTH_VARIABLE) or settings.aiola_auth_url)
    workflow = _variable(environ, WORKFLOW_VARIABLE) or settings.aiola_workflow
    key = _variable(environ, KEY_VARIABLE)
    sign_in = "key" if key else cast("Literal['key', 'token', 'url']", settings.aiola_sign_in)
    if sign_in == "url":
        secret = ""
        if not settings.aiola_token_url.strip():
            raise KeyMissing(
                message("There is no token address yet."),
                message(
                    "Put your company's address into Settings → aiOla, or an API key into {key_variable}.",
                    key_variable=KEY_VARIABLE,
                ),
            )
    else:
        secret = key or _kept(keychain, sign_in)
    return Account(sign_in, secret, base_url, auth_url, workflow, settings.aiola_token_url.strip())


def source_of(settings: Settings, environ: Mapping[str, str]) -> str:
    """Return in words where the secret comes from, without reading it."""
    if _variable(environ, KEY_VARIABLE):
        return f"the API key in {KEY_VARIABLE}"
    return {
        "key": "the API key in the keyring",
        "token": "the access token in the keyring",
        "url": "your company's token address",
    }[settings.aiola_sign_in]


def _kept(keychain: Secrets, sign_in: Literal["key", "token"]) -> str:
    name = API_KEY if sign_in == "key" else ACCESS_TOKEN
    try:
        secret = (keychain.get(name) or "").strip()
    except SecretsUnavailable as error:
        raise KeyMissing(
            error.what,
            joined(" ", error.remedy, message("Or put an API key into {key_variable}.", key_variable=KEY_VARIABLE)),
        ) from None
    if not secret:
        raise KeyMissing(
            message("There is no aiOla API key yet.")
            if sign_in == "key"
            else message("There is no aiOla access token yet."),
            message(
                "Put it into Settings → aiOla, or an API key into the environment variable {key_variable}.",
                key_variable=KEY_VARIABLE,
            ),
        )
    return secret


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()


PORTAL_TOKEN = "desktop-portal-token"
"""The keyring's name of the token that allows insertion without asking again (GNOME and KDE under Wayland)."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What differs between front ends.

    `worker_command`: starts this program as the recognizer's child with the model in a folder. `models`: the data
    folder that holds the models. `program`: starts this program without arguments. `device`: the microphone, if not
    the one of the settings. `offline_s`: seconds after which a service that cannot be reached is given up without
    live sound; None: never.
    """

    worker_command: Callable[[Path], tuple[str, ...]]
    models: Path
    realtime: bool = False
    device: Device | None = None
    keep_files: bool = True
    program: tuple[str, ...] = ()
    on_main: Callable[[Callable[[], None]], None] | None = None
    """Runs a job on the main thread of a program with a window; only such a program has hotkeys and inserts text."""
    desktop: DesktopThread = field(default_factory=DesktopThread)
    """Listens to D-Bus and the network; starts with the first part that needs it."""
    offline_s: float | None = None
    again: str = ""
    """The dictation of the history whose recording is transcribed as a file."""


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """How a service on the network is reached: the secrets, the network, the environment variables."""

    secrets: Secrets
    network: Network
    environ: Mapping[str, str]


def assemble(
    inbox: Inbox,
    paths: Paths,
    settings: Settings,
    keywords: tuple[Keyword, ...],
    emit: Callable[[FrontEndEvent], None],
    options: RunOptions,
    context: ServiceContext,
) -> DictationApplication:
    """Build everything behind a `Dictation`. Starts the disk thread; the other threads start when they are needed."""
    current = CurrentSettings(settings)
    audio, server, disk = AudioThread(), SoundServer(), DiskThread()
    archive, player = Archive(paths, disk, inbox.post, _today), Player(inbox.post, audio)

    def microphone(now: Settings) -> Source:
        monitor.stop()
        return sound_effects.wrap_source(standby.hand_over() or open_microphone(now))

    def open_microphone(now: Settings) -> Source:
        return Microphone(inbox.post, options.device or remembered(now), audio, server)

    standby = PrerollController(lambda: open_microphone(current.now), lambda device: emit(PrerollActive(device)))
    monitor = MicrophoneMonitor(lambda: open_microphone(current.now))
    sound_effects = SoundEffects(player, lambda: current.now)
    file = partial(FileSource, inbox.post, realtime=options.realtime)
    listing = DeviceListing(inbox, audio, server)
    hardware = Hardware(microphone, file, player, listing.refresh, audio.prepare, listing.close)
    network = NetworkWatch(options.desktop)
    recognizers = _recognizers(inbox, options, context, current, partial(network.call_on_change, AIOLA))
    services = Services(inbox, recognizers, archive, time.monotonic, _today)
    files = FileUse(options.keep_files, not options.realtime, options.again)
    commands = DictationCommands(services, hardware, current, keywords, sound_effects.wrap_emit(emit), files)
    commands.loop.limits = EndLimits(offline_s=options.offline_s)
    if options.on_main is None:
        commands.loop.backlog.switch_off()  # a command of the terminal gives only the text that it was asked for
        return DictationApplication(commands)
    models = _model_library(inbox, paths, options, context, current, partial(network.call_on_change, LOCAL))
    _join_loop(commands.loop, models, monitor)
    desktop = _desktop(inbox, disk, options.on_main, context, standby, options.desktop)
    keys = PushToTalkController(commands, desktop, time.monotonic, emit, recognizers[LOCAL])
    return DictationApplication(commands, keys, models, monitor, _file_queue(commands, paths, disk, inbox, emit))


def _file_queue(
    commands: DictationCommands, paths: Paths, disk: DiskThread, inbox: Inbox, emit: Callable[[FrontEndEvent], None]
) -> FileQueue:
    ports = FilePorts(paths.file_queue, paths.recordings, disk.submit, inbox.post, time.monotonic)
    return FileQueue(commands, ports, emit)


def _join_loop(loop: Loop, models: ModelLibrary, monitor: MicrophoneMonitor) -> None:
    """Give the models the events, and the monitor its messages and its time."""
    loop.observers.append(models.receive)
    loop.message_handlers.append(monitor.handle)
    loop.timers.append(monitor.wake)


def _model_library(
    inbox: Inbox,
    paths: Paths,
    options: RunOptions,
    context: ServiceContext,
    current: CurrentSettings,
    watch_network: Callable[[Callable[[], None]], None],
) -> ModelLibrary:
    """Build the model library of a program with a window."""

    def sources(address: str, stop: StopTransfer) -> list[ModelSource]:
        return make_sources(address, HttpFiles(context.network, stop))

    trial = ModelTrial(paths, options.program)
    around = LibraryContext(lambda: current.now, sources, trial.run, watch_network, is_metered)
    return ModelLibrary(ModelStore(options.models), inbox.post, around)


class NetworkWatch:
    """Reports changes of the network to each part, from the first part on that asks for it."""

    def __init__(self, thread: DesktopThread) -> None:
        self._thread = thread
        self._calls: dict[str, Callable[[], None]] = {}
        self._changes: NetworkChanges | None = None

    def call_on_change(self, part: str, call: Callable[[], None]) -> None:
        """Call `call` on the desktop thread when the network changes, instead of an earlier one of `part`."""
        self._calls[part] = call
        if self._changes is None:
            self._changes = NetworkChanges(self._call_all, self._thread)
            self._changes.start()

    def _call_all(self) -> None:
        for call in tuple(self._calls.values()):
            call()


class DeviceListing:
    """Lists the microphones, and closes all that is sound at the end."""

    def __init__(self, inbox: Inbox, audio: AudioThread, server: SoundServer) -> None:
        self._inbox = inbox
        self._audio = audio
        self._server = server
        self._microphones: Microphones | None = None

    def refresh(self) -> None:
        """List the microphones; the first call opens the sound system, which files are transcribed without."""
        if self._microphones is None:
            self._microphones = Microphones(self._inbox.post, self._audio, self._server)
        self._microphones.refresh()

    def close(self) -> None:
        if self._microphones is not None:
            self._microphones.close()
        self._server.close()
        self._audio.close()


def _desktop(
    inbox: Inbox,
    disk: DiskThread,
    on_main: Callable[[Callable[[], None]], None],
    context: ServiceContext,
    standby: PrerollController,
    thread: DesktopThread,
) -> DesktopServices:
    """Build what push-to-talk needs of this desktop; it is opened when it is first used."""

    def keys() -> Hotkeys | None:
        way = choose(sys.platform, context.environ)
        return open_hotkeys(way, inbox.post, time.monotonic, APP_ID, thread, on_main)

    def watch_session() -> SessionWatch | None:
        return SessionWatch(inbox.post, time.monotonic, thread, context.environ) if sys.platform == "linux" else None

    def open_insertion() -> InsertionBackend:
        return open_backend(_portal_token(context), APP_ID, environ=context.environ)

    text_before = AccessibleText(context.environ) if sys.platform == "linux" else None
    inserter = Inserter(open_insertion, inbox.post, text_before=text_before)
    return DesktopServices(
        keys, watch_session, InsertionQueue(inserter, disk.submit, inbox.post, time.monotonic), standby
    )


def _portal_token(context: ServiceContext) -> PortalToken:
    """Return the token in the keyring; without a keyring the desktop asks the user in every session."""
    if "portal" not in insertion_backends(sys.platform, context.environ):
        return PortalToken()

    def keep(token: str) -> None:
        with suppress(SecretsUnavailable):
            context.secrets.set(PORTAL_TOKEN, token)

    try:
        return PortalToken(context.secrets.get(PORTAL_TOKEN) or "", keep)
    except SecretsUnavailable:
        return PortalToken("", keep)


def _recognizers(
    inbox: Inbox,
    options: RunOptions,
    context: ServiceContext,
    current: CurrentSettings,
    watch_network: Callable[[Callable[[], None]], None],
) -> LateRecognizers:
    """Return the engines by their names. Worker threads and the network read `current`, too."""
    network = context.network
    network.stay_offline = lambda: current.now.stay_offline

    def account() -> Account:
        return find_account(current.now, context.secrets, context.environ)

    def linger_s() -> float:
        return current.now.aiola_linger_s

    def model() -> tuple[str, Path | None]:
        wanted = current.now.local_model
        return wanted, find_model(wanted, options.models)

    def local() -> Recognizer:
        return LocalRecognizer(inbox.post, options.worker_command, model, saves_power=saves_power)

    service = ServiceRecognizers(inbox.post, account, network, watch_network, linger_s)
    return LateRecognizers({LOCAL: local, AIOLA: service.stream, AIOLA_FILE: service.upload})


def remembered(settings: Settings) -> Device | None:
    """Return the microphone of the settings, None for the system's default."""
    if not settings.microphone_name:
        return None
    name = settings.microphone_name
    return Device(host_api=settings.microphone_host_api, key=name, label=name)


def named_device(name: str) -> Device:
    """Find a connected microphone by (part of) its name. Blocks; raises AudioError."""
    return find_device(list_devices(), name)


def find_device(devices: tuple[Device, ...], name: str) -> Device:
    """Find the microphone by (part of) its label or key. Raises NoMicrophone, which lists the connected ones."""
    wanted = name.casefold()
    for matches in (
        [d for d in devices if wanted in (d.label.casefold(), d.key.casefold())],
        [d for d in devices if wanted in d.label.casefold() or wanted in d.key.casefold()],
    ):
        if matches:
            return matches[0]
    names = ", ".join(device.label for device in devices)
    raise NoMicrophone(
        message("There is no microphone called {name}.", name=name),
        message("Connected now: {names}.", names=names) if names else message("No microphone is connected."),
    )


def _today() -> datetime:
    return datetime.now().astimezone()
