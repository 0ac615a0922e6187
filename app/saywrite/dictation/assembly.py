"""Builds the application below its front end: every object once, each handed its collaborators."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from saywrite.audio.audiothread import AudioThread
from saywrite.audio.devices import Microphones, list_devices
from saywrite.audio.files import FileSource
from saywrite.audio.microphone import Microphone
from saywrite.audio.playback import Player
from saywrite.audio.soundserver import SoundServer
from saywrite.audio.source import Source
from saywrite.audio.standby import Standby
from saywrite.audio.voice import Segmenter
from saywrite.desktop.hotkeys.bindings import Hotkeys
from saywrite.desktop.hotkeys.ways import choose, open_hotkeys
from saywrite.desktop.insertion.accessible_text import AccessibleText
from saywrite.desktop.insertion.inserter import Inserter
from saywrite.desktop.insertion.way import Way
from saywrite.desktop.insertion.ways import PortalToken, open_way
from saywrite.desktop.insertion.ways import choose as ways_in
from saywrite.desktop.metered import is_metered
from saywrite.desktop.network_changes import NetworkChanges
from saywrite.desktop.power import saves_power
from saywrite.desktop.session import SessionWatch
from saywrite.dictation.accounts import find_account
from saywrite.dictation.archive import Archive
from saywrite.dictation.chimes import Chimes
from saywrite.dictation.desk import Desk, Hardware
from saywrite.dictation.disk import Disk
from saywrite.dictation.end_limits import EndLimits
from saywrite.dictation.handover import Handover
from saywrite.dictation.inbox import Inbox
from saywrite.dictation.loop import Parts
from saywrite.dictation.model_library import ModelLibrary, Surroundings
from saywrite.dictation.model_trial import ModelTrial
from saywrite.dictation.talk import Desktop, Talk
from saywrite.errors import NoMicrophone, SecretsUnavailable
from saywrite.events import Device, FrontEndEvent, ListeningAhead
from saywrite.paths import Paths
from saywrite.settings.keychain import Secrets
from saywrite.settings.schema import Settings
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.network import Network
from saywrite.speech.aiola.recognizer import AiolaRecognizer
from saywrite.speech.aiola.upload import UploadRecognizer
from saywrite.speech.engines import AIOLA, AIOLA_FILE, LOCAL
from saywrite.speech.local.engine import LocalRecognizer
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import Source as ModelSource
from saywrite.speech.local.model_store.sources import make_sources
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import Stop
from saywrite.speech.local.models import find_model
from saywrite.speech.recognizer import Recognizer
from saywrite.text.keywords import Keyword
from saywrite.text.spacing import carry_on

APP_ID = "io.github.saywrite.Saywrite"
"""The name of our .desktop file, by which desktops know the program."""

PORTAL_TOKEN = "desktop-portal-token"
"""The keyring's name for what lets us insert without asking the user again (GNOME and KDE under Wayland)."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a front end may want otherwise. `worker_command`: starts this program as the recognizer's child with the
    model in a folder. `models`: the data folder the models are looked for in. `program`: starts this program without
    arguments. `device`: a microphone by (part of) its name, found when it is opened.
    """

    worker_command: Callable[[Path], tuple[str, ...]]
    models: Path
    realtime: bool = False
    device: Device | None = None
    keep_files: bool = True
    program: tuple[str, ...] = ()
    on_main: Callable[[Callable[[], None]], None] | None = None
    """Runs a job on the main thread of a program with a window: only that one hears keys and writes into others."""
    offline_s: float | None = None
    """Seconds after which a service that cannot be reached is given up when nobody speaks; None: never."""


@dataclass(frozen=True, slots=True)
class Means:
    """How a service on the network is reached: where the secrets are, which way the network goes."""

    secrets: Secrets
    network: Network
    environ: Mapping[str, str]


def assemble(
    inbox: Inbox,
    paths: Paths,
    settings: Settings,
    keywords: tuple[Keyword, ...],
    tell: Callable[[FrontEndEvent], None],
    wishes: Wishes,
    means: Means,
) -> Desk:
    """Everything behind a `Dictation`. Starts the disk thread; everything else starts when it is needed."""
    audio, server = AudioThread(), SoundServer()
    disk = Disk()
    archive = Archive(paths, disk, inbox.post, _today)

    def microphone(now: Settings) -> Source:
        return chimes.around(standby.hand_over() or open_microphone(now))

    def open_microphone(now: Settings) -> Source:
        return Microphone(inbox.post, wishes.device or remembered(now), audio, server)

    def file(path: Path) -> Source:
        return FileSource(inbox.post, path, realtime=wishes.realtime)

    refresh, close = _device_listing(inbox, audio, server)
    desks: list[Desk] = []
    standby = Standby(lambda: open_microphone(desks[0].loop.settings), lambda device: tell(ListeningAhead(device)))
    player = Player(inbox.post, audio)
    chimes = Chimes(player, lambda: desks[0].loop.settings)
    hardware = Hardware(microphone, file, player, refresh, audio.prepare, close)
    watch_network = _network_watch()
    recognizers = _recognizers(inbox, wishes, means, lambda: desks[0].loop.settings, partial(watch_network, AIOLA))
    parts = Parts(inbox, recognizers, archive, time.monotonic, _today)
    desks.append(Desk(parts, hardware, settings, keywords, chimes.before(tell), wishes.keep_files, not wishes.realtime))
    desks[0].loop.limits = EndLimits(offline_s=wishes.offline_s)
    if wishes.on_main is not None:
        watch = partial(watch_network, LOCAL)
        desks[0].models = _model_library(inbox, paths, wishes, means, lambda: desks[0].loop.settings, watch)
    return _with_push_to_talk(desks[0], parts, disk, tell, wishes, means, standby)


def _model_library(
    inbox: Inbox,
    paths: Paths,
    wishes: Wishes,
    means: Means,
    settings_now: Callable[[], Settings],
    watch_network: Callable[[Callable[[], None]], None],
) -> ModelLibrary:
    """The models of a program with a window; on the command line they have commands of their own."""

    def sources(address: str, stop: Stop) -> list[ModelSource]:
        return make_sources(address, HttpFiles(means.network, stop))

    trial = ModelTrial(paths, wishes.program)
    around = Surroundings(settings_now, sources, trial.run, watch_network, is_metered)
    return ModelLibrary(ModelStore(wishes.models), inbox.post, around)


def _network_watch() -> Callable[[str, Callable[[], None]], None]:
    """Lets each part hear of changes of the network, with its newest call. The thread begins with the first of them."""
    changed: dict[str, Callable[[], None]] = {}
    watches: list[NetworkChanges] = []

    def tell_all() -> None:
        for call in tuple(changed.values()):
            call()

    def watch_network(part: str, call: Callable[[], None]) -> None:
        changed[part] = call
        if not watches:
            watches.append(NetworkChanges(tell_all))
            watches[0].start()

    return watch_network


def _device_listing(
    inbox: Inbox, audio: AudioThread, server: SoundServer
) -> tuple[Callable[[], None], Callable[[], None]]:
    """What lists the microphones, and what lets go of all that is sound."""
    microphones: list[Microphones] = []

    def refresh() -> None:
        # Made when somebody first asks: a file is transcribed without a look at the sound system.
        if not microphones:
            microphones.append(Microphones(inbox.post, audio, server))
        microphones[0].refresh()

    def close() -> None:
        for listing in microphones:
            listing.close()
        server.close()
        audio.close()

    return refresh, close


def _with_push_to_talk(
    desk: Desk,
    parts: Parts,
    disk: Disk,
    tell: Callable[[FrontEndEvent], None],
    wishes: Wishes,
    means: Means,
    standby: Standby,
) -> Desk:
    """Only a program with a window hears keys."""
    if wishes.on_main is not None:
        desktop = _desktop(parts.inbox, disk, wishes.on_main, means, standby)
        desk.talk = desk.loop.keys = Talk(desk, desktop, parts.clock, tell)
    return desk


def _desktop(
    inbox: Inbox, disk: Disk, on_main: Callable[[Callable[[], None]], None], means: Means, standby: Standby
) -> Desktop:
    """What push-to-talk needs of this desktop; opened when it is first used."""

    def keys() -> Hotkeys | None:
        return open_hotkeys(choose(sys.platform, means.environ).way, inbox.post, time.monotonic, APP_ID, on_main)

    def watch_session() -> SessionWatch | None:
        return SessionWatch(inbox.post, time.monotonic, means.environ) if sys.platform == "linux" else None

    def way_in() -> Way:
        return open_way(_portal_token(means), APP_ID, environ=means.environ)

    text_before = AccessibleText(means.environ) if sys.platform == "linux" else None
    inserter = Inserter(way_in, carry_on, inbox.post, text_before=text_before)
    return Desktop(keys, watch_session, Handover(inserter, disk.submit, inbox.post, time.monotonic), standby)


def _portal_token(means: Means) -> PortalToken:
    """What the keyring has of it; without a keyring the user is asked anew in every session."""
    if "portal" not in dict(ways_in(sys.platform, means.environ)):
        return PortalToken()

    def keep(token: str) -> None:
        with suppress(SecretsUnavailable):
            means.secrets.set(PORTAL_TOKEN, token)

    try:
        return PortalToken(means.secrets.get(PORTAL_TOKEN) or "", keep)
    except SecretsUnavailable:
        return PortalToken("", keep)


def _recognizers(
    inbox: Inbox,
    wishes: Wishes,
    means: Means,
    settings_now: Callable[[], Settings],
    watch_network: Callable[[Callable[[], None]], None],
) -> dict[str, Recognizer]:
    """Every engine by its name. `settings_now` is called on worker threads too: a frozen value, replaced as a whole."""

    def account() -> Account:
        return find_account(settings_now(), means.secrets, means.environ)

    def linger_s() -> float:
        return settings_now().aiola_linger_s

    def model() -> tuple[str, Path | None]:
        wanted = settings_now().local_model
        return wanted, find_model(wanted, wishes.models)

    aiola = AiolaRecognizer(
        inbox.post, account, Segmenter, means.network, watch_network=watch_network, linger_s=linger_s
    )
    return {
        LOCAL: LocalRecognizer(inbox.post, wishes.worker_command, model, saves_power=saves_power),
        AIOLA: aiola,
        AIOLA_FILE: UploadRecognizer(inbox.post, account, means.network),
    }


def remembered(settings: Settings) -> Device | None:
    """The microphone of the settings; None for the system's default."""
    if not settings.microphone_name:
        return None
    name = settings.microphone_name
    return Device(host_api=settings.microphone_host_api, key=name, label=name)


def named_device(name: str) -> Device:
    """The one of those connected now. Blocks; raises AudioError."""
    return find_device(list_devices(), name)


def find_device(devices: tuple[Device, ...], name: str) -> Device:
    """The microphone called `name`, whole or in part, by label or key. Raises NoMicrophone naming those there are."""
    wanted = name.casefold()
    for matches in (
        [d for d in devices if wanted in (d.label.casefold(), d.key.casefold())],
        [d for d in devices if wanted in d.label.casefold() or wanted in d.key.casefold()],
    ):
        if matches:
            return matches[0]
    there = ", ".join(device.label for device in devices) or "none"
    raise NoMicrophone(f"There is no microphone called {name}.", f"Connected now: {there}.")


def _today() -> datetime:
    return datetime.now().astimezone()
