"""The window with a scripted dictation, for eyes and screenshots: `python tests/ui/demo_window.py --help`.

--scene idle|listening|finishing|failed|notices|unfinished|aiola|outage|account|details|settings|history|about
--scene speak|writes|key|sentence (the first run)|shortcuts|changelog
--scene models|remove|trial|no-model|no-model-listening|no-model-failed
--engine local|aiola  --theme light|dark
--size 1040x700  --font-size 10  --rtl  --shot FILE (then it quits)  --render-app-icon (draws the PNG files)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "app"), str(Path(__file__).parent)]

import window_fakes  # noqa: E402
from PySide6.QtCore import QRectF, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QImage, QPainter  # noqa: E402
from PySide6.QtSvg import QSvgRenderer  # noqa: E402
from PySide6.QtWidgets import QApplication, QToolButton  # noqa: E402

from saywrite.audio.microphone.monitor import MonitorStatus  # noqa: E402
from saywrite.foundation import events  # noqa: E402
from saywrite.storage.history.store import HistoryStore  # noqa: E402
from saywrite.storage.settings.keyring import API_KEY, SessionSecrets  # noqa: E402
from saywrite.storage.settings.schema import Settings  # noqa: E402
from saywrite.text.keywords import Keyword  # noqa: E402
from saywrite.ui.app.application import create_application  # noqa: E402
from saywrite.ui.app.first_run.window import FirstRunWindow  # noqa: E402
from saywrite.ui.app.frontend import FrontEnd  # noqa: E402
from saywrite.ui.settings.account_access import AccountAccess  # noqa: E402
from saywrite.ui.settings.dialog import SettingsDialog  # noqa: E402
from saywrite.ui.toolkit.icons import APP_ICON_SIZES  # noqa: E402

KEYWORDS = (
    Keyword("k eight s", "Kubernetes"),
    Keyword("post gress", "Postgres"),
    Keyword("saywrite", "Saywrite"),
    Keyword("doctor meyer", "Dr. Meyer"),
)


def render_app_icon() -> None:
    folder = ROOT / "resources" / "icons"
    renderer = QSvgRenderer(str(folder / "saywrite.svg"))
    for size in APP_ICON_SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        image.save(str(folder / f"saywrite-{size}.png"))


def dictated_before(folder: Path) -> HistoryStore:
    history = HistoryStore(folder / "history.sqlite3")
    for number, text in enumerate(window_fakes.TEXTS * 3):
        began = datetime.now().astimezone() - timedelta(hours=19 * number)
        heading = SimpleNamespace(
            dictation=f"h{number}", began=began, language="en", engine="local", source="microphone"
        )
        history.begin(heading)
        history.add_segment(f"h{number}", events.Segment(1, text, text, 0, 160_000))
        history.finish(f"h{number}", (41 + 97 * number) * 16_000, (41 + 97 * number) * 16_000, 0, text)
    for number, (start, text) in enumerate(zip((11, 24, 33), window_fakes.TEXTS[1:], strict=False), start=2):
        history.add_segment("h0", events.Segment(number, text, text, start * 16_000, (start + 8) * 16_000))
    history.add_gap("h0", 160_000, 13_000, "the microphone was unplugged")
    history.add_structured("h0", {"inspection": {"pump": 4, "pressure_bar": 6.2, "leak": False}})
    history.set_traffic(events.Traffic("h0", "apis.aiola.ai", 1_334_000, 5_120))
    return history


def play(scene: str, front: FrontEnd, dictation: window_fakes.FakeDictation) -> None:
    tell = dictation.tell
    tell(events.EngineChanged("local", events.EngineState.READY))
    tell(events.DevicesChanged((window_fakes.HEADSET, window_fakes.WEBCAM)))
    play_models(scene, front, dictation)
    if scene == "idle":
        return
    if scene in ("aiola", "outage"):
        play_service(scene, dictation)
    if scene in ("listening", "finishing", "failed", "notices", "stopped"):
        window_fakes.script(dictation)
    if scene == "finishing":
        tell(events.StateChanged("d1", events.State.FINISHING))
    if scene == "stopped":
        tell(events.StateChanged("d1", events.State.FINISHING))
        tell(events.Finished("d1", 400_000, 400_000, 0, 25.0, ""))
        tell(events.StateChanged("d1", events.State.IDLE))
    if scene == "failed":
        what, remedy = "No microphone was found.", "Connect one, then press Start again."
        tell(events.Failed("d1", what, remedy, fatal=True))
        tell(events.StateChanged("d1", events.State.FAILED))
    if scene == "notices":
        tell(events.Gap("d1", 90_000, 13_000, "the microphone was unplugged"))
        tell(
            events.SourceChanged(
                "d1", "Built-in Audio", "USB Headset Mono was unplugged; it is used again when it returns."
            )
        )
        tell(events.Failed("d1", "The disk is full; the recording goes on in memory.", "Free some space: 12 min fit."))
    if scene in ("unfinished", "notices"):
        now = datetime.now()
        items = [events.IncompleteRecording("a", now - timedelta(hours=2), 151 * 16000, 0)]
        if scene == "unfinished":
            items.append(events.IncompleteRecording("b", now - timedelta(days=3), 4000 * 16000, 0))
            items.append(events.IncompleteRecording("c", now - timedelta(days=9), 31 * 16000, 0, "the file is damaged"))
        tell(events.IncompleteRecordingsFound(tuple(items)))
        if scene == "unfinished":
            front.window.unfinished.findChild(QToolButton).click()
    opener = {
        "settings": "show_settings",
        "account": "show_account",
        "history": "show_history",
        "about": "show_about",
        "shortcuts": "show_shortcuts",
        "changelog": "show_whats_new",
    }.get(scene)
    if opener:
        getattr(front.dialogs, opener)()
    if scene in FIRST_RUN:
        play_first_run(scene, front, dictation)
    if scene == "details":
        front.details.ask("h0")
    if scene == "account":
        front.window.findChild(SettingsDialog).account_page.test.button.click()


FIRST_RUN = ("speak", "writes", "key", "sentence")


def play_first_run(scene: str, front: FrontEnd, dictation: window_fakes.FakeDictation) -> None:
    """The first run at one of its steps."""
    tell, state = dictation.tell, events.State
    dictation.monitor.status = MonitorStatus("USB Headset Mono")
    front.dialogs.show_first_run()
    window = front.window.findChild(FirstRunWindow)
    dictation.monitor.latest.put(events.Level(-13, -22, False, 0.0))
    for _ in range(FIRST_RUN.index(scene)):
        window.next.click()
    if scene == "writes":
        window.recognizer.buttons["both"].click()
    if scene in ("key", "sentence"):
        window.step.practice.activate(True)
        for each in (state.STARTING, state.LISTENING, state.FINISHING, state.IDLE):
            tell(events.StateChanged("d1", each))
    if scene == "sentence":
        window.sentence.practice.field.setPlainText(window_fakes.TEXTS[0])
        tell(events.Inserted("d1", "Saywrite", False, 0.1, time.monotonic() + 0.4))


def play_models(scene: str, front: FrontEnd, dictation: window_fakes.FakeDictation) -> None:
    """The models of the catalog in the states of the scene."""
    tell, state = dictation.tell, events.ModelState
    absent = scene.startswith("no-model")
    in_use = window_fakes.model("whisper-base", state.DOWNLOADING if absent else state.READY, removable=False)
    models = (
        in_use,
        window_fakes.model("whisper-small", state.DOWNLOADING if scene == "models" else state.READY),
        window_fakes.model("whisper-large-v3-turbo", state.ABSENT),
    )
    tell(events.ModelsChanged(models))
    for seconds in (0, 2):
        front.models._clock = lambda now=seconds: float(now)
        done = 6_000_000 + 28_000_000 * seconds
        tell(events.ModelProgress("whisper-base", done, in_use.download_bytes))
        tell(events.ModelProgress("whisper-small", 40_000_000 + 3 * done, models[1].download_bytes))
    if scene in ("models", "remove", "trial"):
        what = "The server of the models does not answer (huggingface.co)."
        remedy = "Check the network and download again; what has arrived is kept. Or choose a folder below."
        tell(events.ModelFailed("whisper-large-v3-turbo", what, remedy))
        front.dialogs.show_models()
    if scene == "remove":
        front.window.findChild(SettingsDialog).models_page.rows["whisper-small"].buttons["remove"].click()
    if scene == "trial":
        heard = "Bitte fragt Ines ob der neue Kubernetes Kluster für die Vorführung bereit ist. Wenn nicht zeigen wir"
        better = (
            "Bitte fragt Ines, ob der neue Kubernetes-Cluster für die Vorführung bereit ist. Wenn nicht, zeigen wir"
        )
        rest = " stattdessen die Aufnahme von letzter Woche."
        tell(events.ModelTried("whisper-small", "d1", heard + rest, better + rest, 2.7))
    if absent:
        reason = "The recognition model is not on this computer yet."
        tell(events.EngineChanged("local", events.EngineState.UNAVAILABLE, reason, "Download it."))
    if scene == "no-model-failed":
        what, remedy = "There is no network.", "Connect this computer, or choose a folder that holds the model."
        tell(events.ModelsChanged((window_fakes.model("whisper-base", state.PAUSED), *models[1:])))
        tell(events.ModelFailed("whisper-base", what, remedy))
    if scene == "no-model-listening":
        tell(events.StateChanged("d1", events.State.STARTING))
        tell(events.Started("d1", "local", "en", "microphone", 100.0, window_fakes.BEGAN))
        tell(events.StateChanged("d1", events.State.LISTENING))
        tell(events.ProgressChanged("d1", 12 * 16_000, 12 * 16_000, 0))
        dictation.hear(12)


GERMAN = (
    "Die Quartalsbesprechung ist jetzt am Donnerstag, weil die Zahlen aus Porto einen Tag später kommen.",
    "Bitte fragt Ines, ob der neue Kubernetes-Cluster für die Vorführung bereit ist.",
    "Wenn nicht, zeigen wir stattdessen die Aufnahme von letzter Woche.",
    "Zweiter Punkt: Der Vertrag mit der Druckerei endet im März.",
)


def play_service(scene: str, dictation: window_fakes.FakeDictation) -> None:
    """A dictation through aiOla with translations; in the scene "outage" the service is away."""
    tell = dictation.tell
    tell(events.ConnectionChanged("d1", "connected", rtt_ms=42))
    tell(events.StateChanged("d1", events.State.STARTING))
    tell(events.Started("d1", "aiola", "de", "microphone", 100.0, window_fakes.BEGAN))
    tell(events.StateChanged("d1", events.State.LISTENING))
    at = 16_000
    for number, (text, translation) in enumerate(zip(GERMAN, window_fakes.TEXTS, strict=True), start=1):
        end = at + len(text) * 1_000
        engine = "local" if scene == "outage" and number == 4 else ""
        tell(events.SegmentAdded("d1", events.Segment(number, text, text, at, end, engine=engine)))
        tell(events.SegmentTranslated("d1", number, translation))
        at = end + 8_000
    dictation.hear(at / 16_000 + 9)
    waiting = ((at, at + 48_000), (at + 64_000, at + 136_000))
    tell(events.PendingUtterances("d1", waiting))
    tell(events.Traffic("d1", "apis.aiola.ai", 1_234_567, 4_321))
    tell(events.ProgressChanged("d1", at + 144_000, at + (16_000 if scene == "outage" else 136_000), at))
    if scene == "outage":
        reason = "apis.aiola.ai does not answer."
        tell(events.ConnectionChanged("d1", "lost", reason=reason, retry_in_s=4.0))
        tell(events.StateChanged("d1", events.State.RECONNECTING))
        tell(events.Failed("d1", reason, "The recording goes on; the text comes later.", about="network"))


def pretend_to_test(_settings: object, _secret: object) -> Iterator[tuple[bool | None, str, str]]:
    yield True, "Signed in at auth.aiola.ai.", ""
    yield True, "A stream can be opened at apis.aiola.ai.", ""
    yield None, "The delay is 42 ms.", ""
    yield False, "This account may not translate.", "Ask aiOla to switch translation on for your workflow."


def main() -> int:
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", default="idle")
    parser.add_argument("--theme", default="system")
    parser.add_argument("--size", default="")
    parser.add_argument("--font-size", type=float, default=0)
    parser.add_argument("--rtl", action="store_true")
    parser.add_argument("--shot", default="")
    parser.add_argument("--engine", default="local")
    parser.add_argument("--long-devices", action="store_true")
    parser.add_argument("--render-app-icon", action="store_true")
    options = parser.parse_args()
    if options.render_app_icon:
        app = QApplication.instance() or QApplication(["icon", "-platform", "offscreen"])
        render_app_icon()
        return 0
    app = create_application(sys.argv[:1], options.theme)
    if options.rtl:
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    if options.font_size:
        font = app.font()
        font.setPointSizeF(options.font_size)
        app.setFont(font)
    settings = replace(Settings(), engine=options.engine, theme=options.theme)
    if options.long_devices:
        settings = replace(
            settings, microphone_host_api="PulseAudio", microphone_name="Very Long Conference Speakerphone Pro 9000"
        )
    folder = Path(tempfile.mkdtemp())
    dictation = window_fakes.FakeDictation()
    secrets = SessionSecrets("Install and start a Secret Service, such as gnome-keyring or KWallet.")
    secrets.set(API_KEY, "a-key-to-look-at")
    front = window_fakes.front_end(
        dictation,
        window_fakes.ui_context(
            folder,
            settings=settings,
            open_history=lambda: dictated_before(folder),
            account=AccountAccess(lambda: secrets, pretend_to_test, str),
        ),
        keywords=KEYWORDS,
    )
    dictation.tell = front.receive
    front.window.painted.connect(lambda: sys.stderr.write(f"painted after {time.perf_counter() - began:.3f} s\n"))
    front.show()
    if options.size:
        front.window.resize(*(int(part) for part in options.size.split("x")))
    QTimer.singleShot(300, lambda: play(options.scene, front, dictation))
    feed = QTimer(interval=50)
    feed.timeout.connect(lambda: dictation.hear(0.05, -13 - 6 * (time.monotonic() % 1)))
    if options.scene in ("listening", "no-model-listening", "notices", "aiola", "outage"):
        feed.start()
    if options.shot:

        def shoot() -> None:
            screen = app.primaryScreen().grabWindow(0)
            screen.save(options.shot)
            app.quit()

        QTimer.singleShot(2200, shoot)
    code = app.exec()
    front.save()
    return code


if __name__ == "__main__":
    sys.exit(main())
