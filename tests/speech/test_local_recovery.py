"""The parent's side of the local recognizer against a worker that dies, hangs or talks nonsense at any moment.

The worker here is a small fake in this process: every second of sound is an utterance whose text is its number.
"""

import io
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.speech.event_poster import EventPoster

from saywrite.foundation import events
from saywrite.foundation.catalog import LOCAL
from saywrite.speech.engine import Incoming, Request
from saywrite.speech.local import supervisor
from saywrite.speech.local.child_process import WorkerExited, WorkerMessage, message_frame, read_frame
from saywrite.speech.local.decoder.prompt import LONGEST_KEYWORD
from saywrite.speech.local.engine import ATTEMPTS, LocalRecognizer, decoder_threads, written_forms
from saywrite.speech.local.problems import OUT_OF_MEMORY

SECOND = events.SAMPLE_RATE
FEED = 1_700  # samples: no multiple of the worker's blocks


class FakeWorker:
    """Implements `WorkerProcess`; works one frame per `step()`."""

    def __init__(self, number: int, command: Sequence[str], post: Callable[[object], None]) -> None:
        self.number = number
        self.pid = 10_000 + number
        self.is_dead = self.is_hung = False
        self._post = post
        self.command = tuple(command)
        self.told: list[dict] = []
        self._frames: list[object] = [{"op": "load"}]
        self._session = self._start = self._end = self._said = 0

    def send(self, message: dict) -> None:
        assert read_frame(io.BytesIO(message_frame(message))) == message, "the real worker takes this for garbage"
        self._frames.append(message)
        self.told.append(message)

    def send_sound(self, pcm: bytes) -> None:
        assert 0 < len(pcm) <= 3_200
        self._frames.append(pcm)

    def drop_unsent(self) -> None:
        self._frames[:] = [frame for frame in self._frames if frame == {"op": "load"}]

    def kill(self) -> None:
        if not self.is_dead:
            self.is_dead = True
            self._post(WorkerExited(self.number, -9))

    def step(self) -> bool:
        if self.is_dead or self.is_hung or not self._frames:
            return False
        frame = self._frames.pop(0)
        if isinstance(frame, bytes):
            self._end += len(frame) // 2
            while self._end >= (self._said + 1) * SECOND:
                self._utter((self._said + 1) * SECOND)
            self.say(kind="progress", session=self._session, sent=self._end, confirmed=self._said * SECOND)
        elif frame["op"] == "load":
            self.say(kind="ready", load_s=0.1, rss_kb=1)
        elif frame["op"] == "start":
            self._session, self._end = frame["session"], frame["at"]
            assert self._end % SECOND == 0
            assert frame["voice"]["max_segment_ms"] <= 25_000
            self._said = self._end // SECOND
        elif frame["op"] == "finish":
            if self._end > self._said * SECOND:
                self._utter(self._end)
            self.say(kind="progress", session=self._session, sent=self._end, confirmed=self._end)
            self.say(kind="finished", session=self._session)
        elif frame["op"] == "abort":
            self.say(kind="aborted", session=frame["session"])
        return True

    def _utter(self, end: int) -> None:
        start = self._said * SECOND
        self.say(kind="final", session=self._session, text=str(self._said), start=start, end=end)
        self._said += 1

    def say(self, **body: object) -> None:
        self._post(WorkerMessage(self.number, body))


class Dictation:
    """The dictation's loop, one message at a time, with a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float = 4.3) -> None:
        self.workers: list[FakeWorker] = []
        monkeypatch.setattr(supervisor, "WorkerProcess", self._spawn)
        self.inbox: list[object] = []
        self.events: list[object] = []
        self.length = int(seconds * SECOND)
        self.cursor = self.sent = 0
        self.is_started = self.is_finishing = self.workers_hang = False
        self.now = 50.0
        self.wanted, self.model = "whisper-base", Path("base")
        self.saves_power = False
        recognizer = LocalRecognizer(
            self.inbox.append,
            lambda folder: ["worker", str(folder)],
            lambda: (self.wanted, self.model),
            saves_power=lambda: self.saves_power,
            patience_s=10,
            loading_s=20,
        )
        self.recognizer = EventPoster(recognizer, self.inbox.append)

    def _spawn(self, *arguments: object) -> FakeWorker:
        self.workers.append(FakeWorker(*arguments))
        self.worker.is_hung = self.workers_hang
        return self.worker

    def start(self, name: str = "d", language: str = "en", **more: object) -> None:
        self.cursor = self.sent = 0
        self.is_started, self.is_finishing = True, False
        self.recognizer.start(Request(name, language, **{"partials": False, **more}))

    @property
    def worker(self) -> FakeWorker:
        return self.workers[-1]

    def feed(self) -> bool:
        if not self.is_started:
            return False
        if self.cursor < self.length and self.cursor + FEED - self.sent <= self.recognizer.window:
            end = min(self.length, self.cursor + FEED)
            self.recognizer.feed(bytes(2 * (end - self.cursor)), end)
            self.cursor = end
            return True
        if self.cursor == self.length and not self.is_finishing:
            self.is_finishing = True
            self.recognizer.finish()
            return True
        return False

    def take(self) -> bool:
        """One message of the inbox."""
        if not self.inbox:
            return False
        event = self.inbox.pop(0)
        if isinstance(event, Incoming):
            self.recognizer.receive(event.message)
            return True
        self.events.append(event)
        if isinstance(event, events.Rewind):
            self.cursor = self.sent = event.to
        elif isinstance(event, events.Progress):
            self.sent = event.sent
        return True

    def wake(self) -> bool:
        """Let the time pass until the recognizer wants to be woken."""
        due = self.recognizer.wake(self.now)
        if due is not None:
            self.now = max(self.now, due)
            self.recognizer.wake(self.now)
        return due is not None

    def run(self) -> None:
        """Until nothing happens any more; the clock moves only when nothing else does."""
        while self.feed() or self.take() or (self.workers and self.worker.step()) or self.wake():
            self.recognizer.wake(self.now)

    def all(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def texts(self) -> list[str]:
        return [final.text for final in self.all(events.Final)]


@pytest.fixture
def dictation(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Dictation:
    return Dictation(monkeypatch)


ACTIONS = ["feed", "take", "step", "step", "step", "kill", "hang", "nonsense", "wake"]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(ACTIONS), max_size=120))
def test_whatever_happens_to_the_worker_every_utterance_comes_once(actions: list[str]) -> None:
    """Or, after three failures without any progress, the dictation is given up: with one end in any case."""
    import logging

    logging.disable(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as monkeypatch:
        dictation = Dictation(monkeypatch)
        dictation.start()
        for action in actions:
            if action in ("feed", "take", "wake"):
                getattr(dictation, action)()
                continue
            if action == "step":
                dictation.worker.step()
            elif action == "kill":
                dictation.worker.kill()
            elif action == "hang":
                dictation.worker.is_hung = True
            else:
                dictation.worker.say(kind="final", session="?", start=None)
        dictation.run()
    logging.disable(logging.NOTSET)
    assert len(dictation.all(events.RecognizerFinished)) == 1
    expected = ["0", "1", "2", "3", "4"]
    if dictation.all(events.Failed):
        assert dictation.texts == expected[: len(dictation.texts)]
    else:
        assert dictation.texts == expected
        last = dictation.all(events.Progress)[-1]
        assert last.sent == last.confirmed == dictation.length


def test_an_undisturbed_dictation_has_no_rewind(dictation: Dictation) -> None:
    dictation.start()
    dictation.run()
    assert dictation.texts == ["0", "1", "2", "3", "4"]
    assert dictation.all(events.Rewind) == []
    assert len(dictation.workers) == 1


def test_a_killed_worker_is_replaced_from_the_start_of_the_open_utterance(dictation: Dictation) -> None:
    dictation.start()
    while dictation.texts != ["0", "1"]:
        assert dictation.feed() or dictation.take() or dictation.worker.step()
    dictation.worker.kill()
    dictation.run()
    assert dictation.all(events.Rewind) == [events.Rewind("d", 2 * SECOND)]
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_a_worker_that_dies_right_after_a_final_does_not_repeat_it(dictation: Dictation) -> None:
    """The final came through, the progress behind it did not."""
    dictation.start()
    while not any(isinstance(frame, bytes) for frame in dictation.worker._frames):
        assert dictation.feed() or dictation.worker.step()
    dictation.worker.step()
    dictation.worker.step()
    dictation.worker.say(kind="final", session=1, text="0", start=0, end=SECOND)
    dictation.worker.kill()
    dictation.run()
    assert dictation.all(events.Rewind) == [events.Rewind("d", SECOND)]
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_a_hung_worker_is_noticed_after_its_patience_and_not_while_there_is_nothing_to_do(
    dictation: Dictation,
) -> None:
    dictation.recognizer.prepare()
    dictation.run()
    assert dictation.recognizer.wake(dictation.now + 1_000) is None
    dictation.start()
    dictation.worker.is_hung = True
    assert dictation.feed()
    began = dictation.now = dictation.now + 2_000
    assert dictation.recognizer.wake(began) == began + 10
    assert dictation.recognizer.wake(began + 9.9) == began + 10
    assert dictation.recognizer.wake(began + 10) == began + 11  # its answer may be waiting in the inbox
    assert len(dictation.workers) == 1
    dictation.recognizer.wake(began + 11)
    assert len(dictation.workers) == 2
    assert dictation.workers[0].is_dead


@pytest.mark.parametrize("is_loaded", [True, False])
def test_a_hung_worker_is_replaced_between_dictations_that_are_shorter_than_its_patience(
    dictation: Dictation, is_loaded: bool
) -> None:
    """Each of them ends before the worker counts as hung: the service has its text, and needs no other."""
    if is_loaded:
        dictation.recognizer.prepare()
        dictation.run()
    else:
        dictation.workers_hang = True
    replaced_after: list[float] = []
    began = dictation.now
    for number in range(8):
        dictation.start(f"short {number}")
        dictation.worker.is_hung = len(dictation.workers) == 1
        dictation.workers_hang = False
        dictation.feed()
        for _tenth in range(30):
            dictation.now += 0.1
            dictation.recognizer.wake(dictation.now)
            while dictation.take() or dictation.worker.step():
                pass
        dictation.recognizer.abort()
        if len(dictation.workers) > 1:
            replaced_after.append(dictation.now - began)
    assert replaced_after
    assert replaced_after[0] <= (10 if is_loaded else 20) + 1 + 3
    dictation.events.clear()
    dictation.start("long enough")
    dictation.run()
    assert len(dictation.workers) == 2
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_a_worker_that_hangs_is_ended_after_the_last_dictation_and_started_for_the_next_one(
    dictation: Dictation,
) -> None:
    dictation.start("short")
    dictation.worker.step()
    while dictation.take():
        pass
    dictation.worker.is_hung = True
    dictation.feed()
    dictation.recognizer.abort()
    dictation.run()
    assert dictation.workers[0].is_dead
    assert len(dictation.workers) == 1
    dictation.start("next")
    dictation.run()
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_a_worker_that_has_dropped_an_aborted_dictation_is_not_taken_for_hung(dictation: Dictation) -> None:
    for name in ("first", "second"):
        dictation.start(name)
        dictation.feed()
        dictation.recognizer.abort()
    dictation.run()
    assert dictation.recognizer.wake(dictation.now + 1_000) is None
    assert len(dictation.workers) == 1


def test_a_worker_that_keeps_answering_is_never_taken_for_hung(dictation: Dictation) -> None:
    dictation.start()
    while dictation.feed() or dictation.worker.step():
        dictation.worker.step()
        while dictation.take():
            dictation.now += 4
            dictation.recognizer.wake(dictation.now)
    assert len(dictation.workers) == 1
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_three_failures_without_progress_end_the_dictation_with_a_remedy(dictation: Dictation) -> None:
    dictation.start()
    for _ in range(ATTEMPTS):
        dictation.worker.kill()
        while dictation.take():
            pass
    (failed,) = dictation.all(events.Failed)
    assert failed.fatal
    assert failed.remedy
    assert len(dictation.all(events.RecognizerFinished)) == 1
    assert len(dictation.workers) == ATTEMPTS


def test_too_little_memory_is_tried_again_and_named_in_the_end(dictation: Dictation) -> None:
    dictation.start()
    for attempt in range(ATTEMPTS):
        assert len(dictation.workers) == attempt + 1
        dictation.inbox.append(Incoming(LOCAL, WorkerExited(dictation.worker.number, OUT_OF_MEMORY)))
        while dictation.take():
            pass
    (failed,) = dictation.all(events.Failed)
    assert "too little free memory" in failed.what
    assert "Close other programs" in failed.remedy


def test_a_dictation_after_a_failed_one_tries_again(dictation: Dictation) -> None:
    test_three_failures_without_progress_end_the_dictation_with_a_remedy(dictation)
    dictation.events.clear()
    dictation.start("d2")
    dictation.run()
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_a_worker_that_dies_idle_is_started_again_when_it_is_needed(dictation: Dictation) -> None:
    dictation.recognizer.prepare()
    dictation.run()
    dictation.worker.kill()
    dictation.run()
    states = [event.state for event in dictation.all(events.EngineChanged)]
    assert states == [events.EngineState.LOADING, events.EngineState.READY, events.EngineState.UNLOADED]
    assert len(dictation.workers) == 1
    dictation.start()
    dictation.run()
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_a_worker_that_never_loads_is_unavailable_with_a_remedy(dictation: Dictation) -> None:
    dictation.workers_hang = True
    dictation.recognizer.prepare()
    dictation.run()
    last = dictation.all(events.EngineChanged)[-1]
    assert last.state is events.EngineState.UNAVAILABLE
    assert last.remedy
    assert dictation.recognizer.wake(dictation.now) is None


def test_missing_ctranslate2_is_reported_once_and_every_start_is_refused(dictation: Dictation) -> None:
    dictation.start()
    dictation.worker.say(kind="unavailable", reason="ModuleNotFoundError: No module named 'ctranslate2'")
    while dictation.take():
        pass
    last = dictation.all(events.EngineChanged)[-1]
    assert last.state is events.EngineState.UNAVAILABLE
    dictation.start("d2")
    dictation.recognizer.prepare()
    while dictation.take():
        pass
    assert [(failed.dictation, failed.fatal, failed.what) for failed in dictation.all(events.Failed)] == [
        ("d", True, last.reason),
        ("d2", True, last.reason),
    ]
    assert [event.dictation for event in dictation.all(events.RecognizerFinished)] == ["d", "d2"]
    assert len(dictation.workers) == 1


def test_a_command_that_cannot_be_started_is_said_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[object] = []
    import logging

    monkeypatch.setattr(logging.getLogger(supervisor.__name__), "disabled", True)
    recognizer = LocalRecognizer(
        posted.append, lambda folder: ["/nonexistent/saywrite"], lambda: ("whisper-base", Path("base"))
    )
    returned = recognizer.start(Request("d", "en", partials=False))
    assert posted == []
    assert [type(event) for event in returned] == [events.EngineChanged, events.Failed, events.RecognizerFinished]


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt", "zh", "ja", "it"])
def test_worker_gets_language_and_written_keywords_with_start(dictation: Dictation, language: str) -> None:
    dictation.start("d", language, keywords={"post gress": "PostgreSQL", "say right": "Saywrite"})
    (start,) = dictation.worker.told
    assert (start["language"], start["keywords"]) == (language, ["Saywrite", "PostgreSQL"])


def test_changed_keywords_are_sent_to_the_worker_newest_first(dictation: Dictation) -> None:
    dictation.start()
    dictation.recognizer.set_keywords({"a": "A", "b": "B", "also a": "A"})
    assert dictation.worker.told[-1] == {"op": "set_keywords", "keywords": ["A", "B"]}
    assert written_forms({"old": "Old", "new": "New", "nothing": ""}) == ["New", "Old"]


@pytest.mark.parametrize("written", ["{} GmbH & Co. KG Aktiengesellschaft", "{}" + "\x01" * (LONGEST_KEYWORD - 5)])
def test_worker_is_told_the_newest_of_a_long_list_of_keywords(dictation: Dictation, written: str) -> None:
    """50,000 of them have more than a megabyte, which no frame may have."""
    long = {f"term {number}": written.format(number) for number in range(50_000)}
    dictation.start(keywords=long)
    dictation.recognizer.set_keywords(long)
    started, changed = dictation.worker.told
    assert started["keywords"] == changed["keywords"] == [written.format(49_999 - number) for number in range(200)]


def test_worker_is_not_told_a_keyword_that_is_too_long_for_the_prompt(dictation: Dictation) -> None:
    dictation.start(keywords={"old": "Old", "fits": "x" * LONGEST_KEYWORD, "too long": "x" * 2_000_000})
    assert dictation.worker.told[0]["keywords"] == ["x" * LONGEST_KEYWORD, "Old"]


def test_a_worker_that_replaces_another_gets_the_changed_keywords(dictation: Dictation) -> None:
    dictation.start(keywords={"a": "A"})
    dictation.recognizer.set_keywords({"b": "B"})
    dictation.worker.kill()
    while dictation.take():
        pass
    assert dictation.worker.told[0]["keywords"] == ["B"]


def test_files_get_long_windows_and_sound_at_the_pace_of_speech_short_ones(dictation: Dictation) -> None:
    dictation.start("live")
    assert dictation.worker.told[-1]["long_window"] is False
    dictation.recognizer.abort()
    dictation.start("file", live=False, paced=False)
    assert dictation.worker.told[-1]["long_window"] is True


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 1), (4, 2), (16, 2)])
def test_two_threads_are_used_on_four_cores_and_more(cores: int, threads: int) -> None:
    assert decoder_threads(cores) == threads


def wait_for_power(dictation: Dictation) -> None:
    """Until the thread that reads the power mode is through."""
    for thread in threading.enumerate():
        if thread.name == "power":
            thread.join(10)
    while dictation.take():
        pass


@pytest.mark.parametrize(("saves_power", "expected"), [(True, [False]), (False, [])])
def test_battery_saver_turns_partials_off(dictation: Dictation, saves_power: bool, expected: list[bool]) -> None:
    dictation.saves_power = saves_power
    dictation.start(partials=True)
    assert dictation.worker.told[0]["partials"] is True
    wait_for_power(dictation)
    assert [told["partials"] for told in dictation.worker.told if told["op"] == "set_partials"] == expected
    dictation.worker.kill()
    while dictation.take():
        pass
    assert dictation.worker.told[0]["partials"] is not saves_power


def test_power_mode_is_not_read_when_no_partials_are_wanted(dictation: Dictation) -> None:
    dictation.saves_power = True
    dictation.start(partials=False)
    wait_for_power(dictation)
    assert [told["op"] for told in dictation.worker.told] == ["start"]


def test_a_system_without_a_thread_left_for_the_power_mode_keeps_partials(
    dictation: Dictation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    dictation.start(partials=True)
    dictation.run()
    assert dictation.worker.told[0]["partials"] is True
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_an_aborted_dictation_leaves_nothing_behind(dictation: Dictation) -> None:
    dictation.start("old")
    for _ in range(12):
        dictation.feed()
    for _ in range(5):
        dictation.worker.step()
    dictation.recognizer.abort()
    dictation.recognizer.abort()
    dictation.start("new")
    dictation.run()
    assert [event.dictation for event in dictation.all(events.RecognizerFinished)] == ["old", "new"]
    assert {final.dictation for final in dictation.all(events.Final)} == {"new"}
    assert dictation.texts == ["0", "1", "2", "3", "4"]


def test_release_in_mid_dictation_ends_it_and_the_worker(dictation: Dictation) -> None:
    dictation.start()
    dictation.feed()
    dictation.recognizer.release()
    assert dictation.worker.is_dead
    while dictation.take():
        pass
    assert len(dictation.all(events.RecognizerFinished)) == 1
    assert dictation.all(events.EngineChanged)[-1].state is events.EngineState.UNLOADED


def test_release_ends_the_worker_at_once_so_that_a_hanging_one_does_not_outlive_us(dictation: Dictation) -> None:
    dictation.recognizer.prepare()
    dictation.run()
    worker = dictation.worker
    dictation.recognizer.release()
    assert worker.is_dead


def test_language_is_reported_after_two_dictations_in_another_one(dictation: Dictation) -> None:
    for name in ("d1", "d2"):
        dictation.start(name)
        dictation.run()
        assert dictation.all(events.LanguageHeard) == []
        dictation.worker.say(kind="language", session=dictation.worker._session, language="de", probability=0.99)
        dictation.run()
    assert dictation.all(events.LanguageHeard) == [events.LanguageHeard("d2", "de")]


def test_language_of_what_is_no_dictation_is_not_reported(dictation: Dictation) -> None:
    for name in ("d1", "d2", "d3"):
        dictation.start(name, reports_language=False)
        dictation.run()
        dictation.worker.say(kind="language", session=dictation.worker._session, language="de", probability=0.99)
        dictation.run()
    assert dictation.all(events.LanguageHeard) == []
