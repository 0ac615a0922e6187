"""The local recognizer with the real Whisper in a real child: heard, killed, stopped, refused."""

import itertools
import os
import queue
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import jiwer
import numpy as np
import psutil
import py_nanotts
import pytest
from tests.sounds import speech
from tests.speech.event_poster import EventPoster

from saywrite.foundation import events
from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.foundation.paths import default_paths
from saywrite.foundation.program import worker_command
from saywrite.speech.engine import Incoming, Request
from saywrite.speech.local.engine import LocalRecognizer
from saywrite.speech.local.models import find_model

pytestmark = pytest.mark.system
pytest.importorskip("ctranslate2", reason="no CTranslate2 for this platform")

E = TypeVar("E")
DATA = Path(__file__).parents[1] / "data"
MODEL = find_model(DEFAULT_MODEL, default_paths().data)
PATIENCE_S = 15.0
LIMIT_S = 90.0
BLOCK = 1_600
MOST_WITHOUT_WORDS = 1.5 * events.SAMPLE_RATE
"""Samples behind the last words from which on `transcribe_live` feeds slowly."""

WEATHER = "The weather is nice today."
TWO_SENTENCES = "many people in the city take the train to work we are going to the house by the river"
TWO_CITIES = "it was the best of times it was the worst of times it was the age of wisdom it was the age of foolishness"


class Dictation:
    """The dictation's side of the contract: one thread, an inbox, a journal that is read from a cursor."""

    def __init__(self, patience_s: float = 15.0) -> None:
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.model, self.folder = DEFAULT_MODEL, MODEL
        recognizer = LocalRecognizer(
            self.inbox.put, worker_command, lambda: (self.model, self.folder), patience_s=patience_s
        )
        self.recognizer = EventPoster(recognizer, self.inbox.put)
        self.forget()

    def forget(self) -> None:
        """As new, but with the worker it has."""
        self.events: list[object] = []
        self.journal = b""
        self.cursor = self.sent = 0
        self.finishing = self.is_speaking = False

    def transcribe(
        self, pcm: bytes, name: str = "d1", on_event: Callable[[object], None] | None = None, **request: object
    ) -> str:
        """Feed all of `pcm` as fast as the window allows; the finals joined."""
        self.begin(pcm, name, **request)
        self.run_until(lambda event: isinstance(event, events.RecognizerFinished), on_event)
        return " ".join(final.text for final in self.all(events.Final) if final.dictation == name)

    def begin(self, pcm: bytes, name: str = "d1", language: str = "en", **request: object) -> None:
        self.journal, self.cursor, self.sent, self.finishing = pcm, 0, 0, False
        self.recognizer.start(Request(name, language, **request))

    def transcribe_live(self, pcm: bytes) -> str:
        """Feed the sound as it would come from a microphone, slowly where a busy machine has no words for it yet."""
        self.begin(b"")
        last, deadline = time.monotonic(), time.monotonic() + LIMIT_S
        due = with_words = 0.0
        while not self.all(events.RecognizerFinished):
            before, last = last, time.monotonic()
            pace = 1.0 if due < with_words + MOST_WITHOUT_WORDS else 0.1
            due += (last - before) * pace * events.SAMPLE_RATE
            arrived = int(due) // BLOCK * BLOCK
            self.journal = pcm[: 2 * arrived] if 2 * arrived < len(pcm) else pcm
            self.is_speaking = self.journal is not pcm
            self.pump()
            self.recognizer.wake(time.monotonic())
            assert time.monotonic() < deadline, f"nothing happens; so far: {self.events[-5:]}"
            try:
                event = self.inbox.get(timeout=0.05)
            except queue.Empty:
                continue
            if isinstance(event, Incoming):
                self.recognizer.receive(event.message)
            else:
                self.take(event)
                if isinstance(event, events.Partial | events.Final):
                    with_words = due
        return " ".join(final.text for final in self.all(events.Final))

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
        if self.cursor >= end and not self.finishing and self.journal and not self.is_speaking:
            self.finishing = True
            self.recognizer.finish()

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


def sound(name: str) -> bytes:
    return speech(name).tobytes()


def spoken(text: str, voice: str = "en-US") -> bytes:
    """A synthetic voice (SVOX Pico), with some silence before and behind."""
    return silence(0.5) + bytes(py_nanotts.NanoTTS().speak(text, voice=voice)) + silence(1.0)


def silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * events.SAMPLE_RATE))


def word_errors(expected: str, heard: str) -> float:
    """The share of expected words that are wrong, missing or too many; case and punctuation do not count."""
    return float(jiwer.wer(plain(expected), plain(heard)))


def plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower()))


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
def loaded(shared: Dictation) -> Iterator[Dictation]:
    """A dictation whose worker stays from test to test, as it does in the program."""
    shared.forget()
    yield shared
    shared.recognizer.abort()  # where the test has failed in the middle of a dictation


@pytest.mark.parametrize(
    ("name", "text", "bound"),
    [("weather", WEATHER, 0.0), ("two_sentences", TWO_SENTENCES, 0.0), ("two_cities", TWO_CITIES, 0.02)],
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


def test_partials_come_while_speaking_and_their_agreed_prefix_stays_in_the_final(loaded: Dictation) -> None:
    loaded.transcribe_live(sound("two_cities"))
    kinds = [type(event) for event in loaded.events if isinstance(event, events.Partial | events.Final)]
    assert kinds.count(events.Partial) >= 3
    assert kinds[-1] is events.Final
    agreed = [partial.text[: partial.agreed] for partial in loaded.all(events.Partial) if partial.agreed]
    assert agreed
    finals = " ".join(plain(final.text) for final in loaded.all(events.Final))
    assert all(plain(prefix) in finals for prefix in agreed), agreed


def test_sound_that_is_there_already_is_decoded_without_partials(loaded: Dictation) -> None:
    """A file, or the sound that waited behind an outage: nobody reads partials of it, and they would cost time."""
    heard = loaded.transcribe(sound("two_sentences"), live=False, paced=False, partials=False)
    assert word_errors(TWO_SENTENCES, heard) == 0
    assert loaded.all(events.Partial) == []


def test_keywords_teach_a_name_that_the_model_does_not_know(loaded: Dictation) -> None:
    pcm = spoken("Please install Saywrite on the new laptop.")
    without = loaded.transcribe(pcm, "without")
    assert "Saywrite" not in without
    loaded.forget()
    assert "Saywrite" in loaded.transcribe(pcm, "with", keywords={"say right": "Saywrite"})


@pytest.mark.parametrize(
    ("language", "voice", "text"),
    [
        ("de", "de-DE", "Die Sonne scheint heute den ganzen Tag."),
        ("es", "es-ES", "Mañana vamos a la playa con los niños."),
    ],
)
def test_other_languages_become_their_words(loaded: Dictation, language: str, voice: str, text: str) -> None:
    heard = loaded.transcribe(spoken(text, voice), language=language)
    assert word_errors(text, heard) <= 0.15, heard


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
    # A worker that is only slow, on a busy machine, must not be taken for one that hangs.
    dictation = Dictation(patience_s=5.0 if fault == "SIGSTOP" else 30.0)
    act = offending(dictation, signal.Signals[fault], spoken_beyond(at_s))
    heard = dictation.transcribe(sound("two_sentences"), on_event=act)
    assert len(dictation.all(events.Rewind)) == 1
    assert word_errors(TWO_SENTENCES, heard) == 0, heard
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
        if spoken_beyond(1.0)(event) and dictation.recognizer.worker_pid is not None:
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


def test_preloading_reports_its_states_and_release_leaves_no_process(dictation: Dictation) -> None:
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
    loaded.run_until(spoken_beyond(3.0))
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

    child = subprocess.Popen(
        worker_command(MODEL), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    child.communicate(timeout=LIMIT_S)
    assert child.returncode == 0


def test_another_model_is_used_for_the_next_dictation(dictation: Dictation, tmp_path: Path) -> None:
    """A copy of the model under another name, since no other is at hand."""
    assert word_errors(WEATHER, dictation.transcribe(sound("weather"), "first")) == 0
    first = dictation.recognizer.worker_pid
    dictation.model, dictation.folder = "whisper-small", copy_of_model(tmp_path / "other")
    dictation.recognizer.renew()
    dictation.run_until(lambda event: state_of(event) is events.EngineState.READY)
    assert dictation.recognizer.worker_pid not in (None, first)
    assert word_errors(WEATHER, dictation.transcribe(sound("weather"), "second")) == 0


def copy_of_model(folder: Path) -> Path:
    assert MODEL is not None
    shutil.copytree(MODEL, folder)
    return folder


@pytest.mark.parametrize("damage", ["weights cut off", "not weights at all", "no tokenizer", "broken tokenizer"])
def test_damaged_model_is_reported_with_its_remedy_and_the_dictation_waits(
    dictation: Dictation, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = dictation.folder = copy_of_model(tmp_path / "model")
    weights, tokenizer = folder / "model.bin", folder / "tokenizer.json"
    if damage == "weights cut off":
        weights.write_bytes(weights.read_bytes()[:10_000_000])
    elif damage == "not weights at all":
        weights.write_bytes(b"PK" + bytes(10_000))
    elif damage == "broken tokenizer":
        tokenizer.write_text('{"model": ')
    else:
        tokenizer.unlink()
    dictation.begin(sound("weather"))
    changed = dictation.run_until(lambda event: state_of(event) is events.EngineState.UNAVAILABLE)
    assert isinstance(changed, events.EngineChanged)
    assert "saywrite models download whisper-base" in changed.remedy
    assert dictation.all(events.Failed) == []
    assert dictation.recognizer.waits
    dictation.folder = MODEL
    dictation.recognizer.renew()
    dictation.run_until(lambda event: isinstance(event, events.RecognizerFinished))
    assert word_errors(WEATHER, " ".join(final.text for final in dictation.all(events.Final))) == 0
