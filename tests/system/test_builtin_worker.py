"""The built-in recogniser with the real PocketSphinx in a real child: heard, killed, stopped, refused."""

import itertools
import os
import queue
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
import pytest
from tests.sounds import speech

from saywrite import events
from saywrite.speech.builtin import BuiltinRecognizer
from saywrite.speech.recognizer import Incoming, Request
from saywrite.speech.sphinx import UNWANTED, SphinxDecoder

pytestmark = pytest.mark.system
pytest.importorskip("pocketsphinx", reason="no PocketSphinx for this Python")

E = TypeVar("E")
DATA = Path(__file__).parents[1] / "data"
WORKER = (
    sys.executable,
    "-c",
    "from saywrite.audio.voice import Segmenter; from saywrite.speech.builtin import run_worker;"
    " raise SystemExit(run_worker(Segmenter))",
)
LIMIT_S = 90.0
BLOCK = 1_600

WEATHER = "the weather is nice today"
TWO_SENTENCES = "many people in the city take the train to work we are going to the house by the river"
TWO_CITIES = "it was the best of times it was the worst of times it was the age of wisdom it was the age of foolishness"


class Dictation:
    """The dictation's side of the contract: one thread, an inbox, a journal that is read from a cursor."""

    def __init__(self, patience_s: float = 15.0) -> None:
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.recognizer = BuiltinRecognizer(self.inbox.put, WORKER, patience_s=patience_s)
        self.forget()

    def forget(self) -> None:
        """As new, but with the worker it has."""
        self.events: list[object] = []
        self.journal = b""
        self.cursor = self.sent = 0
        self.finishing = False

    def transcribe(self, pcm: bytes, name: str = "d1", on_event: Callable[[object], None] | None = None) -> str:
        """Feed all of `pcm` as fast as the window allows; the finals joined."""
        self.begin(pcm, name)
        self.run_until(lambda event: isinstance(event, events.RecognizerFinished), on_event)
        return " ".join(final.text for final in self.all(events.Final) if final.dictation == name)

    def begin(self, pcm: bytes, name: str = "d1") -> None:
        self.journal, self.cursor, self.sent, self.finishing = pcm, 0, 0, False
        self.recognizer.start(Request(name, "en"))

    def run_until(self, is_last: Callable[[object], bool], on_event: Callable[[object], None] | None = None) -> object:
        deadline = time.monotonic() + LIMIT_S
        while True:
            self.pump()
            due = self.recognizer.wake(time.monotonic())
            wait = min(deadline, due if due is not None else deadline) - time.monotonic()
            try:
                event = self.inbox.get(timeout=max(0.0, wait))
            except queue.Empty:
                assert time.monotonic() < deadline, f"nothing happens; so far: {self.events[-5:]}"
                continue
            if isinstance(event, Incoming):
                self.recognizer.receive(event.message)
                continue
            self.take(event)
            if on_event is not None:
                on_event(event)
            if is_last(event):
                return event

    def take(self, event: object) -> None:
        self.events.append(event)
        if isinstance(event, events.Rewind):
            self.cursor = self.sent = event.to
        elif isinstance(event, events.Progress):
            self.sent = event.sent

    def pump(self) -> None:
        end = len(self.journal) // 2
        while self.cursor < end and self.cursor + BLOCK - self.sent <= self.recognizer.window:
            upto = min(end, self.cursor + BLOCK)
            self.recognizer.feed(self.journal[2 * self.cursor : 2 * upto], upto)
            self.cursor = upto
        if self.cursor >= end and not self.finishing and self.journal:
            self.finishing = True
            self.recognizer.finish()

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


def sound(name: str) -> bytes:
    return speech(name).tobytes()


def silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * events.SAMPLE_RATE))


def word_errors(expected: str, heard: str) -> float:
    """The share of expected words that are wrong, missing or too many (edit distance over words)."""
    reference, row = expected.split(), list(range(len(heard.split()) + 1))
    for i, word in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard.split(), 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1] / len(reference)


@pytest.fixture
def dictation():
    built = Dictation()
    yield built
    built.recognizer.release()


@pytest.fixture(scope="module")
def shared():
    built = Dictation()
    built.recognizer.prepare()
    built.run_until(lambda event: state_of(event) is events.EngineState.READY)
    yield built
    built.recognizer.release()


@pytest.fixture
def loaded(shared: Dictation) -> Dictation:
    """A dictation whose worker stays from test to test, as it does in the program."""
    shared.forget()
    return shared


@pytest.mark.parametrize(
    ("name", "text", "bound"),
    [("weather", WEATHER, 0.0), ("two_sentences", TWO_SENTENCES, 0.1), ("two_cities", TWO_CITIES, 0.25)],
)
def test_speech_becomes_its_words(loaded: Dictation, name: str, text: str, bound: float) -> None:
    heard = loaded.transcribe(sound(name))
    assert word_errors(text, heard) <= bound, heard
    assert loaded.all(events.Failed) == []


def test_finals_lie_in_order_where_the_speech_is(loaded: Dictation) -> None:
    pcm = sound("two_sentences")
    loaded.transcribe(pcm)
    first, second = loaded.all(events.Final)
    seconds = [events.seconds(at) for at in (first.start, first.end, second.start, second.end)]
    assert seconds == pytest.approx([0.4, 3.6, 4.4, 7.0], abs=0.4)
    last = loaded.all(events.Progress)[-1]
    assert last.sent == last.confirmed == len(pcm) // 2


def test_partials_grow_while_speaking_and_come_before_their_final(loaded: Dictation) -> None:
    loaded.transcribe(sound("weather"))
    kinds = [type(event) for event in loaded.events if isinstance(event, events.Partial | events.Final)]
    assert kinds.count(events.Partial) >= 3
    assert kinds[-1] is events.Final
    texts = [partial.text for partial in loaded.all(events.Partial)]
    assert all(now != before for before, now in itertools.pairwise(texts))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("digital silence", lambda t, rng: 0 * t),
        ("a quiet room", lambda t, rng: rng.standard_normal(len(t)) * 8),
        ("a fan", lambda t, rng: rng.standard_normal(len(t)) * 400),
        ("loud white noise", lambda t, rng: rng.standard_normal(len(t)) * 3_000),
        ("mains hum", lambda t, rng: 3_000 * np.sin(2 * np.pi * 50 * t) + rng.standard_normal(len(t)) * 5),
        ("a beep", lambda t, rng: 8_000 * np.sin(2 * np.pi * 1_000 * t)),
        ("clicks", lambda t, rng: 20_000 * ((np.arange(len(t)) % 8_000) < 30) * rng.standard_normal(len(t))),
    ],
)
def test_what_is_not_speech_gives_no_text(loaded: Dictation, name: str, make: Callable) -> None:
    t = np.arange(6 * events.SAMPLE_RATE) / events.SAMPLE_RATE
    pcm = np.clip(make(t, np.random.default_rng(3)), -32_000, 32_000).astype("<i2").tobytes()
    assert loaded.transcribe(pcm) == ""
    assert loaded.all(events.Progress)[-1].confirmed == len(t)


def test_the_same_sound_gives_the_same_text_in_the_next_dictation(loaded: Dictation) -> None:
    once = loaded.transcribe(sound("two_cities"), "first")
    again = loaded.transcribe(sound("two_cities"), "second")
    assert once == again
    assert len(loaded.all(events.RecognizerFinished)) == 2


def offending(dictation: Dictation, fault: signal.Signals, after: Callable[[object], bool]) -> Callable:
    """Sends `fault` to the worker once, at the first event for which `after` holds."""
    done = []

    def act(event: object) -> None:
        if not done and after(event):
            done.append(True)
            assert dictation.recognizer.worker_pid is not None
            os.kill(dictation.recognizer.worker_pid, fault)

    return act


def spoken_beyond(seconds: float) -> Callable[[object], bool]:
    return lambda event: isinstance(event, events.Progress) and event.sent >= seconds * events.SAMPLE_RATE


@pytest.mark.skipif(os.name == "nt", reason="Only on POSIX: signals.")
@pytest.mark.parametrize(
    ("fault", "at_s"),
    [("SIGKILL", 2.0), ("SIGKILL", 4.2), ("SIGKILL", 5.5), ("SIGSEGV", 5.5), ("SIGSTOP", 2.0), ("SIGSTOP", 5.5)],
)
def test_a_worker_that_dies_or_hangs_costs_no_word_and_repeats_none(
    fault: str, at_s: float, caplog: pytest.LogCaptureFixture
) -> None:
    """Within the first sentence, between the two, and within the second."""
    dictation = Dictation(patience_s=2.0)
    act = offending(dictation, signal.Signals[fault], spoken_beyond(at_s))
    heard = dictation.transcribe(sound("two_sentences"), on_event=act)
    assert len(dictation.all(events.Rewind)) == 1
    assert word_errors(TWO_SENTENCES, heard) <= 0.1, heard
    finals = dictation.all(events.Final)
    assert all(before.end <= now.start for before, now in itertools.pairwise(finals))
    assert len(dictation.all(events.RecognizerFinished)) == 1
    dictation.recognizer.release()


@pytest.mark.skipif(os.name == "nt", reason="Only on POSIX: signals.")
def test_a_worker_killed_after_the_last_sound_still_gives_the_last_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dictation = Dictation()
    end = events.seconds(len(sound("weather")) // 2)
    act = offending(dictation, signal.SIGKILL, spoken_beyond(end - 1.5))
    assert dictation.transcribe(sound("weather"), on_event=act) == WEATHER
    dictation.recognizer.release()


@pytest.mark.skipif(os.name == "nt", reason="Only on POSIX: signals.")
def test_a_worker_that_dies_whenever_it_hears_speech_is_given_up_with_a_remedy(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dictation = Dictation()

    def act(event: object) -> None:
        if isinstance(event, events.Partial) and dictation.recognizer.worker_pid is not None:
            os.kill(dictation.recognizer.worker_pid, signal.SIGKILL)

    dictation.transcribe(sound("weather"), on_event=act)
    (failed,) = dictation.all(events.Failed)
    assert failed.fatal
    assert failed.remedy
    assert len(dictation.all(events.RecognizerFinished)) == 1
    dictation.recognizer.release()


def state_of(event: object) -> object:
    return event.state if isinstance(event, events.EngineChanged) else None


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid)


def wait_for(condition: Callable[[], bool], limit_s: float = 20.0) -> bool:
    event, deadline = queue.SimpleQueue(), time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        try:
            event.get(timeout=0.02)
        except queue.Empty:
            continue
    return True


def test_preloading_tells_its_states_and_release_leaves_no_process(dictation: Dictation) -> None:
    dictation.recognizer.prepare()
    dictation.recognizer.prepare()
    dictation.run_until(lambda event: state_of(event) is events.EngineState.READY)
    pid = dictation.recognizer.worker_pid
    assert pid is not None
    dictation.recognizer.release()
    assert [state_of(event) for event in dictation.events] == [
        events.EngineState.LOADING,
        events.EngineState.READY,
    ]
    dictation.run_until(lambda event: state_of(event) is events.EngineState.UNLOADED)
    assert wait_for(lambda: gone(pid))


def test_after_a_release_the_next_dictation_loads_again(dictation: Dictation) -> None:
    dictation.transcribe(sound("weather"), "first")
    dictation.recognizer.release()
    assert dictation.transcribe(sound("weather"), "second") == WEATHER


def test_an_aborted_dictation_ends_at_once_and_nothing_of_it_comes_later(loaded: Dictation) -> None:
    loaded.begin(sound("two_cities"), "old")
    loaded.run_until(lambda event: isinstance(event, events.Partial))
    loaded.recognizer.abort()
    loaded.run_until(lambda event: isinstance(event, events.RecognizerFinished))
    loaded.events.clear()
    assert loaded.transcribe(sound("weather"), "new") == WEATHER
    assert {event.dictation for event in loaded.events if hasattr(event, "dictation")} == {"new"}


@pytest.mark.skipif(os.name == "nt", reason="Only on POSIX: signals.")
def test_ctrl_c_to_the_whole_group_leaves_the_worker_at_work(dictation: Dictation) -> None:
    act = offending(dictation, signal.SIGINT, spoken_beyond(1.0))
    assert dictation.transcribe(sound("weather"), on_event=act) == WEATHER
    assert dictation.all(events.Rewind) == []


def test_a_worker_whose_parent_is_gone_ends(dictation: Dictation) -> None:
    """A parent that is killed closes the pipe: the orphan must not stay."""
    import subprocess

    child = subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.communicate(timeout=LIMIT_S)
    assert child.returncode == 0


def test_a_dictionary_without_slurs() -> None:
    decoder = SphinxDecoder()
    listed = [line for line in UNWANTED.read_text("utf-8").split("\n") if line and line[0] not in "#*"]
    assert len(listed) > 80
    assert [word for word in listed if "*" not in word and decoder.knows(word)] == []
    assert not any(map(decoder.knows, ["bitches", "motherfucker", "shit's", "retarded(2)", "fucked-up"]))
    assert all(map(decoder.knows, ["house", "farther", "class", "assistant", "cocktail", "retardant", "dickens"]))


def test_no_unwanted_word_is_ever_a_partial_or_a_final(loaded: Dictation) -> None:
    """Speech played backwards is all vowels and no words: PocketSphinx guesses wildly."""
    samples = np.frombuffer(sound("two_cities"), "<i2")[::-1]
    loaded.transcribe(samples.tobytes())
    unwanted = set(UNWANTED.read_text("utf-8").split("\n"))
    said = {word for event in loaded.all(events.Partial) + loaded.all(events.Final) for word in event.text.split()}
    assert said
    assert not said & unwanted
