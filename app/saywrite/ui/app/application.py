"""The Qt application of the window: style, colors, log, signals, garbage collection, order at quit.

GUI thread, except the two exception hooks, which run on the thread of the exception.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QMessageBox

from saywrite import __version__
from saywrite.foundation.catalog import APP_ID
from saywrite.ui.app.dictation_thread import DictationThread
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.icons import app_icon
from saywrite.ui.toolkit.theme import apply_scheme
from saywrite.ui.toolkit.theme.focus_ring import FocusRing
from saywrite.ui.toolkit.theme.indicators import outline_indicators
from saywrite.ui.toolkit.theme.tokens import sized
from saywrite.ui.toolkit.translation import set_language, tr, translated

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

log = logging.getLogger(__name__)
qt_log = logging.getLogger("qt")

MESSAGE_MS = 20_000
WAIT_AT_QUIT_MS = 2000
COLLECT_EACH_MS, COLLECT_AT_LEAST_EACH_MS = 2_000, 32_000
OLDER_EACH = 10
"""So many collections of garbage come before one of the next older generation, as in Python itself."""
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Application(QApplication):
    """Sets its property "quitting" to true when it is about to quit, whatever the reason.

    When the system's text size changes, texts in a size of their own change with it.
    """

    _text_size = 0.0

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._text_size = self.font().pointSizeF()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit:
            self.setProperty("quitting", True)  # closing a window may not hide it in the tray now
        if event.type() == QEvent.Type.ApplicationPaletteChange:
            outline_indicators(self.palette())
        if event.type() == QEvent.Type.ApplicationFontChange:
            before, self._text_size = self._text_size, self.font().pointSizeF()
            if min(before, self._text_size) > 0 and before != self._text_size:  # a font in pixels has -1
                scale_own_fonts(self._text_size / before)
        return super().event(event)


def scale_own_fonts(factor: float) -> None:
    """Scale the font of each widget that has one of its own: Qt changes only the inherited ones."""
    for widget in QApplication.allWidgets():
        if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont):
            widget.setFont(sized(widget.font(), factor))


class GarbageTimer(QTimer):
    """Collects garbage on the GUI thread only, for as long as it exists.

    Python collects on whichever thread allocates the next object, and PySide deletes a widget or another `QObject` on
    the thread that collects it (PySide 6.12), while the GUI thread may be about to use it: the program would crash.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._collections = 0
        self.setInterval(COLLECT_EACH_MS)
        self.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self.timeout.connect(self.collect)
        gc.disable()
        self.start()

    @Slot()
    def collect(self) -> None:
        """Collect the generation that is due, unless there are few new objects, as in an idle program."""
        if gc.get_count()[0] < gc.get_threshold()[0]:
            self.setInterval(min(2 * self.interval(), COLLECT_AT_LEAST_EACH_MS))  # an idle program rarely wakes up
            return
        self.setInterval(COLLECT_EACH_MS)
        self._collections += 1
        gc.collect(generation_due(self._collections))


def generation_due(number: int) -> int:
    """Return the oldest generation that the collection with this number, from 1, examines."""
    if number % OLDER_EACH**2 == 0:
        return 2
    return 1 if number % OLDER_EACH == 0 else 0


def create_application(arguments: Sequence[str], theme: str, language: str = "") -> QApplication:
    """Create the one QApplication, styled for this system.

    `theme` is "system", "light" or "dark"; `language` is the code of the program's language, "" for the system's.
    """
    if sys.platform == "win32":
        # The windows11 style clips and mis-colors custom layouts; Fusion follows the palette everywhere.
        QApplication.setStyle("fusion")
    QApplication.setDesktopFileName(APP_ID)
    app = Application(list(arguments))
    GarbageTimer(app)
    app.setApplicationName("saywrite")
    app.setApplicationDisplayName("Saywrite")
    app.setApplicationVersion(__version__)
    app.setWindowIcon(app_icon())
    apply_scheme(theme)
    if app.style().name() == "fusion":
        FocusRing(app)
    set_language(language)
    return app


def show_startup_message(text: str) -> None:
    """Show a message of a process that opens no window.

    It is written to standard error. If nobody reads that (a start from a menu), a message box shows it, which closes
    by itself after `MESSAGE_MS`.
    """
    if sys.stderr is not None:
        sys.stderr.write(f"saywrite: {text}\n")
        if sys.stderr.isatty() or stat.S_ISFIFO(os.fstat(sys.stderr.fileno()).st_mode):
            return
    create_application(sys.argv[:1], "system")
    box = QMessageBox(QMessageBox.Icon.Information, tr("Saywrite"), translated(text))
    box.setTextFormat(Qt.TextFormat.PlainText)
    QTimer.singleShot(MESSAGE_MS, box.accept)
    box.exec()


def route_messages() -> None:
    """Write the messages of Qt and every unhandled exception to the log."""
    qInstallMessageHandler(_log_qt)
    sys.excepthook = _log_exception
    threading.excepthook = _log_thread_exception


def run(app: QApplication, thread: DictationThread, dictation: Dictation, save: Callable[[], None]) -> int:
    """Run until the application quits, then end in order; returns the exit code.

    The caller starts the thread, or connects its start: until then the first paint has the processor for itself.
    The dictation stops and closes its journal, its thread is joined (within 2 s), then `save` stores the settings and
    the state of the window. A thread that does not end is stopped with the process: its journal is on disk.
    """
    with UnixSignals(app) as signals:
        code = app.exec()
        dictation.quit()
        signals.allow_abort()
        if not thread.wait(WAIT_AT_QUIT_MS):
            log.error("the dictation thread did not end within %d ms", WAIT_AT_QUIT_MS)
        save()
        if not wait_for_tasks(WAIT_AT_QUIT_MS):
            log.error("tasks were still running at quit")
    if thread.isRunning():
        logging.shutdown()
        os._exit(code)  # a QThread destroyed while it runs aborts the process with a core dump
    return code


class UnixSignals(QObject):
    """Makes SIGINT and SIGTERM quit the application; after `allow_abort()` they end the process.

    Python runs signal handlers between bytecodes only, and `exec()` executes none: the wake-up socket makes Qt's event
    loop call Python once, which runs the handlers.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._before: dict[int, object] = {}
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)

    def __enter__(self) -> UnixSignals:
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._quit)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def allow_abort(self) -> None:
        """Let a signal end the process at once from now on."""
        self._set(signal.SIG_DFL)

    def _set(self, handler: signal.Handlers) -> None:
        for number in self._before:
            signal.signal(number, handler)

    def _quit(self, number: int, _frame: object) -> None:
        log.info("signal %d: quitting", number)
        self._set(signal.SIG_IGN)  # one Ctrl-C may arrive twice: from the terminal and from the parent process
        QTimer.singleShot(0, self._app.quit)  # a direct quit() before exec() would be lost

    def _drain(self) -> None:
        try:
            self._reader.recv(64)
        except BlockingIOError:
            return


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category or "default", message)


def _log_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("unhandled exception", exc_info=(kind, error, trace))


def _log_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        name = args.thread.name if args.thread else "?"
        log.critical(
            "unhandled exception in thread %s", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
        )
