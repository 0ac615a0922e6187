"""The built-in recogniser: English, basic, with nothing to download and no account.

PocketSphinx in a child process. `BuiltinRecognizer` is the parent's side, owned by the dictation thread;
`run_worker` is the child's. A child that crashes or hangs is replaced, and the dictation is asked
(`Rewind`) to feed again from the start of what has no text yet.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from saywrite.events import (
    SAMPLE_RATE,
    EngineChanged,
    EngineState,
    Failed,
    Final,
    Partial,
    Progress,
    RecognizerFinished,
    Rewind,
)
from saywrite.speech.engines import BUILTIN, CAPABILITIES
from saywrite.speech.feed import Feed, Watch
from saywrite.speech.languages import name_of
from saywrite.speech.process import WorkerExited, WorkerMessage, WorkerProcess
from saywrite.speech.recognizer import Incoming, Post, Recognizer, Request
from saywrite.speech.segmenter import MakeSegmenter
from saywrite.speech.worker import run

ATTEMPTS = 3
"""Children in a row that may fail without confirming anything before the dictation is given up."""

log = logging.getLogger(__name__)

PATIENCE_S = 15.0
LOADING_S = 60.0
"""Seconds without a word from a child that has work to do, or is loading, until it counts as hung. The
longest silence measured is the end of an utterance: under 1 s on a quiet machine."""


def run_worker(make_segmenter: MakeSegmenter) -> int:
    """The child's side, called by the composition root for `--worker builtin`; returns the exit code."""
    from saywrite.speech.sphinx import SphinxDecoder

    return run(SphinxDecoder, make_segmenter)


class BuiltinRecognizer(Recognizer):
    """`command` starts this program as its own worker."""

    capabilities = CAPABILITIES
    window = 10 * SAMPLE_RATE

    def __init__(
        self,
        post: Post,
        command: Sequence[str],
        *,
        patience_s: float = PATIENCE_S,
        loading_s: float = LOADING_S,
    ) -> None:
        self._post = post
        self._command = tuple(command)
        self._patience_s = patience_s
        self._loading_s = loading_s
        self._state = EngineState.UNLOADED
        self._missing: tuple[str, str] | None = None
        self._worker: WorkerProcess | None = None
        self._numbers = 0
        self._sessions = 0
        self._failures = 0
        self._watch = Watch()
        self._feed: Feed | None = None

    @property
    def worker_pid(self) -> int | None:
        """The child's process, for measurements."""
        return self._worker.pid if self._worker else None

    def prepare(self) -> None:
        if self._worker is None and self._missing is None:
            self._spawn()

    def start(self, request: Request) -> None:
        if self._feed is not None:
            raise RuntimeError("the last dictation has not ended")
        if request.language not in self.capabilities.languages:
            wanted = name_of(request.language)
            self._refuse(
                request.dictation,
                f"The built-in recognizer understands English only, not {wanted}.",
                f"Choose English, or the aiOla engine for {wanted}.",
            )
            return
        if self._missing is not None:
            self._refuse(request.dictation, *self._missing)
            return
        self._failures = 0
        self._feed = Feed(request)
        if self._worker is not None or self._spawn():
            self._begin(self._feed)

    def feed(self, pcm: bytes, end: int) -> None:
        if self._feed is not None:
            self._feed.take(pcm, end)
            _pass_on(self._feed, self._worker)

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        """Nothing to do: this engine takes no hints, the dictation applies keywords to its finals."""

    def finish(self) -> None:
        if self._feed is not None:
            self._feed.complete = True
            _pass_on(self._feed, self._worker)

    def abort(self) -> None:
        if self._feed is None:
            return
        if self._worker is not None:
            self._worker.drop_unsent()
            self._worker.send({"op": "abort"})
        self._end()

    def receive(self, message: object) -> None:
        if self._worker is None or getattr(message, "worker", None) != self._worker.number:
            return
        self._watch.alive()
        if isinstance(message, WorkerExited):
            log.info("the worker ended with %d", message.code)
            self._replace()
        elif isinstance(message, WorkerMessage):
            try:
                self._take(message.body)
            except (KeyError, TypeError, ValueError):
                log.exception("the worker sent nonsense")
                self._replace()

    def wake(self, now: float) -> float | None:
        """Call it after every other call, too: it is how the recogniser learns the time."""
        if self._worker is None:
            return None
        loading = self._state is EngineState.LOADING
        waiting = loading or (self._feed is not None and self._feed.outstanding)
        due = self._watch.due(waiting, self._loading_s if loading else self._patience_s, now)
        if due is not None and due <= now:
            log.warning("the worker hangs")
            self._replace()
            return self.wake(now)
        return due

    def release(self) -> None:
        self.abort()
        if self._worker is not None:
            # Not asked politely: a child that hangs would outlive us, and it has nothing to save.
            self._worker.kill()
            self._worker = None
        self._missing = None
        self._tell(EngineState.UNLOADED)

    def _spawn(self) -> bool:
        """A new child, loading; False where there is none to be had: then that has been said."""
        self._numbers += 1
        try:
            self._worker = WorkerProcess(
                self._numbers, self._command, lambda message: self._post(Incoming(BUILTIN, message))
            )
        except OSError:
            log.exception("cannot start the worker")
            self._give_up()
            return False
        self._watch.alive()
        self._tell(EngineState.LOADING)
        return True

    def _begin(self, feed: Feed) -> None:
        assert self._worker is not None
        self._sessions += 1
        feed.begin(self._sessions)
        voice = asdict(feed.request.voice)
        self._worker.send({"op": "start", "session": feed.session, "at": feed.confirmed, "voice": voice})
        _pass_on(feed, self._worker)

    def _take(self, body: Mapping[str, Any]) -> None:
        kind = body["kind"]
        if kind == "ready":
            log.info("loaded in %s s, %s kB", body.get("load_s"), body.get("rss_kb"))
            self._tell(EngineState.READY)
        elif kind == "unavailable":
            self._lacks(str(body.get("reason")))
        feed = self._feed
        if feed is None or body.get("session") != feed.session:
            return
        dictation = feed.request.dictation
        if kind == "partial":
            self._post(Partial(dictation, str(body["text"])))
        elif kind == "final":
            final = Final(dictation, str(body["text"]), int(body["start"]), int(body["end"]))
            if feed.confirm(final.end):
                self._failures = 0
            self._post(final)
        elif kind == "progress":
            feed.sent = int(body["sent"])
            if feed.confirm(int(body["confirmed"])):
                self._failures = 0
            self._post(Progress(dictation, feed.sent, feed.confirmed))
        elif kind == "finished":
            log.info("the worker has %s kB", body.get("rss_kb"))
            self._end()

    def _lacks(self, reason: str) -> None:
        """The child cannot load its engine: not here and not later."""
        log.warning("the built-in recognizer is not available: %s", reason)
        if self._worker is not None:
            self._worker.close()
            self._worker = None
        self._missing = unavailable(reason)
        self._tell(EngineState.UNAVAILABLE, *self._missing)
        if self._feed is not None:
            self._refuse(self._feed.request.dictation, *self._missing)

    def _replace(self) -> None:
        """The child is gone or hangs: take another and feed it what has no text yet."""
        was_idle = self._feed is None and self._state is EngineState.READY
        if self._worker is not None:
            self._worker.kill()
            self._worker = None
        self._tell(EngineState.UNLOADED)
        self._failures += 1
        if was_idle:
            self._failures = 0
        elif self._failures >= ATTEMPTS:
            self._give_up()
        elif self._spawn() and self._feed is not None:
            feed = self._feed
            feed.rewind()
            self._post(Rewind(feed.request.dictation, feed.confirmed))
            self._post(Progress(feed.request.dictation, feed.sent, feed.confirmed))
            self._begin(feed)

    def _give_up(self) -> None:
        self._failures = 0
        what = "The built-in recognizer could not be kept running."
        remedy = "Restart Saywrite; if that does not help, “saywrite doctor” and the log tell more."
        self._tell(EngineState.UNAVAILABLE, what, remedy)
        if self._feed is not None:
            self._refuse(self._feed.request.dictation, what, remedy)

    def _refuse(self, dictation: str, what: str, remedy: str) -> None:
        self._feed = None
        self._post(Failed(dictation, what, remedy, fatal=True))
        self._post(RecognizerFinished(dictation))

    def _end(self) -> None:
        if self._feed is not None:
            dictation, self._feed = self._feed.request.dictation, None
            self._post(RecognizerFinished(dictation))

    def _tell(self, state: EngineState, reason: str = "", remedy: str = "") -> None:
        if state is not self._state:
            self._state = state
            self._post(EngineChanged(BUILTIN, state, reason, remedy))


def _pass_on(feed: Feed, worker: WorkerProcess | None) -> None:
    """Send the worker what is complete: blocks, and the end when all sound is with it."""
    if worker is None:
        return
    for block in feed.blocks():
        worker.send_sound(block)
    if feed.must_finish():
        worker.send({"op": "finish"})


def unavailable(reason: str) -> tuple[str, str]:
    """What happened and the remedy, for people; `reason` is the child's own: the name of an exception
    first.
    """
    version = platform.python_version_tuple()
    if not reason.startswith(("ModuleNotFoundError", "ImportError")):
        return (
            f"The built-in recognizer could not be loaded ({reason}).",
            "Check that the disk is not full and install Saywrite again, or choose the aiOla engine.",
        )
    if (int(version[0]), int(version[1])) >= (3, 14):
        python = ".".join(version[:2])
        return (
            f"The built-in recognizer is not available: PocketSphinx has no build for Python {python}.",
            "Run Saywrite with Python 3.11, 3.12 or 3.13, or choose the aiOla engine.",
        )
    return (
        "The built-in recognizer is not available: PocketSphinx is not installed or does not load.",
        "Install it (“pip install pocketsphinx”), or choose the aiOla engine.",
    )
