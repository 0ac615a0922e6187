"""Start and end of the application in a process of its own: signals, order at quit, a blocked thread."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning

from saywrite.ui.app import application

APP = Path(application.__file__).resolve().parents[2]
PROGRAM = """
    import logging, os, signal, sys, threading
    logging.basicConfig(format="%(levelname)s %(message)s")
    from PySide6.QtCore import QTimer
    from saywrite.ui.app.application import create_application, route_messages, run
    from saywrite.ui.app.dictation_thread import DictationThread
    app = create_application(["saywrite"], "system")
    route_messages()
    ended = threading.Event()
    class Dictation:
        def quit(self):
            print("quit", flush=True); {at_quit}
    thread = DictationThread()
    def loop():
        print("running", flush=True); ended.wait(); print("ended", flush=True)
    thread.loop = loop
    QTimer.singleShot(0, thread.start)  # after `run` has installed the handlers of signals
    {before}
    sys.exit(run(app, thread, Dictation(), lambda: print("saved", flush=True)))
"""


def launch(*, at_quit: str = "ended.set()", before: str = "pass") -> subprocess.Popen[str]:
    source = textwrap.dedent(PROGRAM).format(at_quit=at_quit, before=before)
    environment = {**os.environ, "PYTHONPATH": str(APP)}
    return subprocess.Popen(
        [sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def test_at_quit_the_dictation_ends_before_the_state_is_saved() -> None:
    process = launch(before="QTimer.singleShot(100, app.quit)")
    out, err = process.communicate(timeout=60)
    assert out.split() == ["running", "quit", "ended", "saved"]
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_quits_in_order(number: int) -> None:
    process = launch()
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert out.split() == ["quit", "ended", "saved"]
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with POSIX signals")
def test_same_signal_twice_at_once_quits_in_order() -> None:
    process = launch(before="QTimer.singleShot(200, lambda: [signal.raise_signal(signal.SIGINT) for _ in range(2)])")
    out, err = process.communicate(timeout=60)
    assert out.split() == ["running", "quit", "ended", "saved"]
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with POSIX signals")
def test_second_signal_ends_a_blocked_quit() -> None:
    process = launch(at_quit="signal.raise_signal(signal.SIGTERM)", before="QTimer.singleShot(50, app.quit)")
    assert process.wait(timeout=60) == 0, "before the quit was passed on a signal still means quit"
    process.communicate()
    process = launch(
        at_quit="threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()",
        before="QTimer.singleShot(50, app.quit)",
    )
    assert process.wait(timeout=60) == -signal.SIGTERM
    process.communicate()


def test_a_dictation_thread_that_hangs_does_not_keep_the_program_alive() -> None:
    process = launch(at_quit="pass", before="QTimer.singleShot(100, app.quit)")
    out, err = process.communicate(timeout=60)
    assert out.split() == ["running", "quit", "saved"]
    assert "did not end within 2000 ms" in err
    assert process.returncode == 0


def test_error_in_a_slot_is_logged_and_the_program_continues() -> None:
    process = launch(
        before="QTimer.singleShot(50, lambda: 1 // 0); QTimer.singleShot(300, app.quit)",
    )
    out, err = process.communicate(timeout=60)
    assert "CRITICAL unhandled exception" in err
    assert "ZeroDivisionError" in err
    assert out.split() == ["running", "quit", "ended", "saved"]


def test_messages_of_qt_go_to_the_log(qapp: Any, caplog: pytest.LogCaptureFixture) -> None:
    before = qInstallMessageHandler(application._log_qt)
    try:
        qWarning("something about a font")
    finally:
        qInstallMessageHandler(before)
    assert ("qt", logging.WARNING, "default: something about a font") in caplog.record_tuples


LATE = (
    *("numpy", "pyqtgraph", "sounddevice", "Xlib", "jeepney", "saywrite.dictation.assembly", "saywrite.speech.aiola"),
    *("saywrite.dictation.loop", "saywrite.dictation.session", "saywrite.storage.history.store"),
    *("saywrite.text.transcript", "saywrite.dictation.observers", "saywrite.dictation.models.retranscription"),
    *("saywrite.ui.app.frontend", "saywrite.ui.app.command_bindings", "saywrite.ui.app.dialogs", "saywrite.ui.tray"),
    *("saywrite.ui.transcript", "saywrite.ui.keywords", "saywrite.ui.settings", "saywrite.text.export"),
)
START = """
import os, sys, threading
from saywrite import main
from saywrite.ui.app import first_view
def finish(self):
    print(*sorted(name for name in sys.modules))
    print(*sorted(thread.name for thread in threading.enumerate()), flush=True)
    os._exit(0)
first_view.LateFrontEnd._finish = finish
main.main(["--config", "config", "--data", "data"])
"""


def test_devices_services_and_numpy_are_loaded_after_the_first_paint(tmp_path: Path) -> None:
    """They took more than half of the time before the first paint (`python -X importtime`)."""
    result = subprocess.run(
        [sys.executable, "-P", "-c", START],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(APP), "QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout, result.stderr
    loaded, threads = (line.split() for line in result.stdout.splitlines())
    assert "saywrite.ui.main_window.window" in loaded
    assert [name for name in loaded if name.startswith(LATE)] == []
    assert "dictation" not in threads, "it would compete with the first paint"


def test_pyside_reads_no_source_of_an_imported_module() -> None:
    """Its search for `__feature__` takes a tenth of the start, and keeps 6 MB of sources in memory."""
    code = (
        "import linecache, saywrite.ui.app.frontend; print(*(name for name in linecache.cache if 'saywrite' in name))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


LARGER_TEXT = """
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from saywrite.ui.app.application import create_application
from saywrite.ui.toolkit.labels import NoteLabel
app = create_application(["saywrite"], "system")
window = QWidget()
column = QVBoxLayout(window)
plain, note = QLabel("plain"), NoteLabel("A small text that wraps into several lines of a narrow window.")
column.addWidget(plain)
column.addWidget(note)
window.resize(150, 400)
window.show()
app.processEvents()
font = app.font()
def report():
    fits = note.height() >= note.fontMetrics().boundingRect(0, 0, note.width(), 1000, 0x1000, note.text()).height()
    print(round(note.font().pointSizeF() / plain.font().pointSizeF(), 2), plain.font() == app.font(), fits)
report()
for factor in (2, 1):
    size = app.font()
    size.setPointSizeF(font.pointSizeF() * factor)
    app.setFont(size)
    app.processEvents()
    report()
"""


def test_texts_in_a_size_of_their_own_follow_the_text_size_of_the_system() -> None:
    """A program that runs for weeks sees the user choose larger text; half of its texts stayed small."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    result = subprocess.run(
        [sys.executable, "-c", LARGER_TEXT], capture_output=True, text=True, check=True, env=environment
    )
    assert result.stdout.splitlines() == ["0.9 True True"] * 3, result.stderr


STARTUP_MESSAGE = """
from PySide6.QtWidgets import QMessageBox
from saywrite.ui.app.application import show_startup_message
from saywrite.ui.app.dictation_thread import ENDED_WHAT
QMessageBox.exec = lambda box: print(box.text())
show_startup_message(ENDED_WHAT)
"""


def test_message_of_a_process_without_a_window_is_in_the_language_of_the_system() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}
    result = subprocess.run(
        [sys.executable, "-c", STARTUP_MESSAGE],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        check=True,
        env={**environment, "PYTHONUTF8": "1"},
    )
    assert result.stdout.startswith("Das Diktat ")
