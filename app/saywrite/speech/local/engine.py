"""The recognizer on this computer: Whisper in a child process, without network and account.

`LocalRecognizer` is the parent's side, owned by the dictation thread; `run_worker` is the child's. A child that crashes
or hangs is replaced, and the dictation is asked (`Rewind`) to feed again from the start of what has no text yet. While
the model is not on this computer, a live dictation waits: it is fed once the model is there, or ends without text.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from saywrite.foundation.catalog import LOCAL, LOCAL_CAPABILITIES
from saywrite.foundation.events import (
    SAMPLE_RATE,
    EngineState,
    Failed,
    Final,
    LanguageHeard,
    Partial,
    Progress,
    RecognizerFinished,
    Rewind,
)
from saywrite.speech.engine import (
    EventBuffer,
    Events,
    Incoming,
    LocalWord,
    MakeSegmenter,
    Post,
    Recognizer,
    Request,
    WordsPlaced,
)
from saywrite.speech.local.audio_feed import Feed
from saywrite.speech.local.decoder.prompt import LONGEST_KEYWORD
from saywrite.speech.local.decoder.spoken_language import SpokenLanguage
from saywrite.speech.local.problems import NOT_KEPT_RUNNING, NOT_STARTED, RecognizerProblem
from saywrite.speech.local.supervisor import LOADING_S, PATIENCE_S, Exited, WorkerSupervisor
from saywrite.speech.local.worker import run

ATTEMPTS = 3
"""Children in a row that may fail without confirming anything before the dictation is given up."""

LONGEST_UTTERANCE_MS = 25_000
"""Whisper's window has 30 s and needs room behind the utterance."""

MOST_PROMPTED = 200
"""Keywords that go to the worker. Its prompt has 200 tokens, about 25 names, and a longer frame than `MAX_BODY` ends
the worker."""

LOOK_FOR_MODEL_S = 2.0
"""Seconds between two looks for the model while a dictation waits for it: another process may download it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PowerSaved:
    """The computer saves power; found out for one dictation on a thread of its own."""

    dictation: str


def run_worker(model: Path, make_segmenter: MakeSegmenter) -> int:
    """The child's side, called by the composition root for `--worker local`; returns the exit code."""
    from saywrite.speech.local.decoder.whisper import WhisperDecoder

    return run(lambda: WhisperDecoder(model, threads=decoder_threads(os.cpu_count() or 1)), make_segmenter)


def decoder_threads(cores: int) -> int:
    """Threads of the decoder. CTranslate2 fixes them when it loads a model, so partials have as many as finals;
    `PartialBudget` counts processor time, so that partials cost no more for it.
    """
    return 2 if cores >= 4 else 1


class LocalRecognizer(Recognizer):
    """Runs Whisper in a worker process, and feeds it one dictation at a time.

    `command`: the command line of a worker with the model in a folder. `model`: the id of the wanted model, and its
    folder or None while it is not there. `saves_power`: whether the computer saves power; it may block for a second.
    """

    capabilities = LOCAL_CAPABILITIES
    window = 10 * SAMPLE_RATE

    def __init__(
        self,
        post: Post,
        command: Callable[[Path], Sequence[str]],
        model: Callable[[], tuple[str, Path | None]],
        *,
        saves_power: Callable[[], bool] = lambda: False,
        patience_s: float = PATIENCE_S,
        loading_s: float = LOADING_S,
    ) -> None:
        self._post = post
        self._events = EventBuffer()
        self._worker = WorkerSupervisor(
            post, self._events.add, command, model, patience_s=patience_s, loading_s=loading_s
        )
        self._saves_power = saves_power
        self._sessions = 0
        self._failures = 0
        self._feed: Feed | None = None
        self._saving = False
        self._spoken = SpokenLanguage()
        self._newest = (0, "", "")
        """The session of the newest dictation, its id and its language; "" where another one is not reported."""

    @property
    def worker_pid(self) -> int | None:
        """The child's process, for measurements."""
        return self._worker.process.pid if self._worker.process else None

    @property
    def waits(self) -> bool:
        return self._worker.process is None and not self._worker.can_start

    def prepare(self) -> Events:
        self._replace_outdated()
        self._worker.start()
        return self._events.take()

    def renew(self) -> Events:
        """Use the model that is wanted now, from the next dictation on; a dictation that waits for one begins."""
        self._worker.models_changed()
        if self._feed is None:
            was_there = self._worker.process is not None
            self._replace_outdated()
            if was_there or self._worker.state is EngineState.UNAVAILABLE:
                self._worker.start()
        elif self._worker.process is None and self._worker.can_start:
            self._begin_if_possible()
        return self._events.take()

    def start(self, request: Request) -> Events:
        """Begin a dictation; a live one waits while its model is missing."""
        if self._feed is not None:
            raise RuntimeError("the last dictation has not ended")
        self._failures, self._saving = 0, False
        self._replace_outdated()
        self._feed = Feed(request)
        self._begin_if_possible()
        if request.partials:
            self._read_power(request.dictation)
        return self._events.take()

    def feed(self, pcm: bytes, end: int) -> Events:
        if self._feed is not None:
            self._feed.take(pcm, end)
            self._pass_on(self._feed)
        return self._events.take()

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        if self._feed is None:
            return
        self._feed.request = replace(self._feed.request, keywords=keywords)
        if self._worker.process is not None:
            self._worker.process.send({"op": "set_keywords", "keywords": written_forms(keywords)})

    def finish(self) -> Events:
        if self._feed is not None:
            self._feed.complete = True
            self._pass_on(self._feed)
        return self._events.take()

    def abort(self) -> Events:
        self._abort()
        return self._events.take()

    def receive(self, message: object) -> Events:
        if isinstance(message, PowerSaved):
            self._save_power(message.dictation)
        else:
            self._receive_from_worker(message)
        return self._events.take()

    def wake(self, now: float) -> tuple[Events, float | None]:
        """As in the protocol. Call it after every other call, too: the recognizer reads no clock of its own."""
        due = self._wake(now)
        return self._events.take(), due

    def release(self) -> Events:
        self._abort()
        self._worker.stop()
        if self._worker.state is not EngineState.UNAVAILABLE:
            self._worker.set_state(EngineState.UNLOADED)
        return self._events.take()

    def _abort(self) -> None:
        if self._feed is None:
            return
        self._worker.abort(self._feed.session)
        self._end()

    def _receive_from_worker(self, message: object) -> None:
        answer = self._worker.receive(message)
        if isinstance(answer, Exited):
            self._replace(answer.problem)
        elif answer is not None:
            try:
                self._handle_answer(answer)
            except (KeyError, TypeError, ValueError):
                log.exception("the worker sent nonsense")
                self._replace()
        elif self._worker.process is None and self._feed is not None:
            self._wait_or_refuse()

    def _wake(self, now: float) -> float | None:
        feed = self._feed
        if feed is not None and self._worker.process is None:
            if not self._worker.can_start:
                return now + LOOK_FOR_MODEL_S
            self._begin_if_possible()
        due = self._worker.hang_due(feed is not None and feed.outstanding, now)
        if due is not None and due <= now:
            log.warning("the worker hangs")
            self._replace()
            return self._wake(now)
        return due

    def _replace_outdated(self) -> None:
        """End an idle worker that works with another model than the wanted one."""
        if self._feed is None and not self._worker.has_wanted_model:
            self._worker.stop()
            self._worker.set_state(EngineState.UNLOADED)

    def _begin_if_possible(self) -> None:
        """Let a worker begin with the dictation; where there is none, let the dictation wait or end."""
        if self._feed is not None and self._worker.start():
            self._begin(self._feed)
        else:
            self._wait_or_refuse()

    def _begin(self, feed: Feed) -> None:
        assert self._worker.process is not None
        self._sessions += 1
        feed.begin(self._sessions)
        request = feed.request
        self._newest = feed.session, request.dictation, request.language if request.reports_language else ""
        voice = asdict(request.voice)
        voice["max_segment_ms"] = min(voice["max_segment_ms"], LONGEST_UTTERANCE_MS)
        self._worker.process.send(
            {
                "op": "start",
                "session": feed.session,
                "at": feed.confirmed,
                "voice": voice,
                "language": request.language,
                "keywords": written_forms(request.keywords),
                "partials": request.partials and not self._saving,
                "long_window": not request.paced,
                "word_times": request.word_times,
            }
        )
        self._pass_on(feed)

    def _handle_answer(self, body: Mapping[str, Any]) -> None:
        feed, kind = self._feed, body["kind"]
        if kind == "language":
            self._note_language(body)
        if feed is None or body.get("session") != feed.session:
            return
        dictation = feed.request.dictation
        if "words" in body:
            words = tuple(LocalWord(str(text), int(start), int(end)) for text, start, end in body["words"])
            self._events.add(WordsPlaced(dictation, words))
        if kind == "partial":
            self._events.add(Partial(dictation, str(body["text"]), int(body["agreed"])))
        elif kind == "final":
            final = Final(dictation, str(body["text"]), int(body["start"]), int(body["end"]))
            if feed.confirm(final.end):
                self._failures = 0
            self._events.add(final)
        elif kind == "progress":
            feed.sent = int(body["sent"])
            if feed.confirm(int(body["confirmed"])):
                self._failures = 0
            self._events.add(Progress(dictation, feed.sent, feed.confirmed))
        elif kind == "finished":
            log.info("the worker has %s kB", body.get("rss_kb"))
            self._end()
            self._replace_outdated()

    def _note_language(self, body: Mapping[str, Any]) -> None:
        """Take the language of an utterance, which may come when its dictation has ended."""
        session, dictation, chosen = self._newest
        heard = str(body["language"])
        if body["session"] == session and chosen and self._spoken.note(chosen, heard, float(body["probability"])):
            self._events.add(LanguageHeard(dictation, heard))

    def _replace(self, problem: RecognizerProblem | None = None) -> None:
        """Replace a child that has ended or hangs; feed the new one what has no text yet. `problem`: why it ended."""
        was_idle = self._feed is None and self._worker.state is EngineState.READY
        self._worker.stop()
        self._worker.set_state(EngineState.UNLOADED)
        self._failures += 1
        if was_idle:
            self._failures = 0
            return
        if self._failures >= ATTEMPTS:
            self._failures = 0
            self._worker.fail(problem or NOT_KEPT_RUNNING)
        else:
            self._worker.start()
        feed = self._feed
        if feed is None:
            return
        if self._worker.process is None:
            self._wait_or_refuse()
            return
        feed.rewind()
        self._events.add(Rewind(feed.request.dictation, feed.confirmed))
        self._events.add(Progress(feed.request.dictation, feed.sent, feed.confirmed))
        self._begin(feed)

    def _wait_or_refuse(self) -> None:
        """Let a live dictation without a worker wait if only the model is missing; end any other."""
        feed, problem = self._feed, self._worker.problem or NOT_STARTED
        if feed is None:
            return
        if problem.awaits_model and feed.request.live:
            log.info("the dictation waits for the model")
            feed.rewind()
            self._events.add(Rewind(feed.request.dictation, feed.confirmed))
            return
        self._refuse(feed, problem)

    def _refuse(self, feed: Feed, problem: RecognizerProblem) -> None:
        self._feed = None
        dictation = feed.request.dictation
        self._events.add(Failed(dictation, problem.what, problem.remedy, fatal=True))
        self._events.add(RecognizerFinished(dictation))

    def _end(self) -> None:
        if self._feed is not None:
            dictation, self._feed = self._feed.request.dictation, None
            self._events.add(RecognizerFinished(dictation))

    def _pass_on(self, feed: Feed) -> None:
        """Send the worker the complete blocks, and `finish` behind the last one."""
        worker = self._worker.process
        if worker is None:
            return
        for block in feed.blocks():
            worker.send_sound(block)
        if feed.must_finish():
            worker.send({"op": "finish"})

    def _read_power(self, dictation: str) -> None:
        """Ask the system on a thread of its own, because its answer may take a second."""

        def read() -> None:
            if self._saves_power():
                self._post(Incoming(LOCAL, PowerSaved(dictation)))

        with suppress(RuntimeError):  # the system has no thread left: partials stay on
            threading.Thread(target=read, name="power", daemon=True).start()

    def _save_power(self, dictation: str) -> None:
        if self._feed is not None and self._feed.request.dictation == dictation:
            self._saving = True
            if self._worker.process is not None:
                self._worker.process.send({"op": "set_partials", "partials": False})


def written_forms(keywords: Mapping[str, str]) -> list[str]:
    """The written forms of `keywords` that the prompt may take, without repetition, the newest first.

    The last entry of `keywords` is the newest.
    """
    written = (each for each in reversed(tuple(keywords.values())) if 0 < len(each) <= LONGEST_KEYWORD)
    return list(islice(dict.fromkeys(written), MOST_PROMPTED))
