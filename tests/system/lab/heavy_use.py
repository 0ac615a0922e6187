"""Hours of work with the window: hundreds of utterances, corrections, undo, and what else a person opens meanwhile.

Words go into another program by push-to-talk, or into the window. What stands in the program, in the window and in the
history is compared after each act, and once more at the end. A microphone is pulled out now and then.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from tests.aiola_server.spoken import SENTENCES, joined
from tests.sounds import write_wav
from tests.system.lab.counting import Count, count, words_of
from tests.system.lab.desktop import wait_for
from tests.system.lab.hand import Hand, choose_undo
from tests.system.lab.program import heaps_of_threads, worker_memory_mb
from tests.system.lab.targets import Editor, editor
from tests.system.lab.window import Room, Window, accessible_screen, room, window

from saywrite.storage.history.store import Dictated, HistoryStore

SETTINGS = 'hotkey_mode = "hold"\n'
SPARE = "headset"
"""The second microphone, which is pulled out and plugged in again."""


@dataclass(frozen=True)
class Moment:
    """What the program holds and how fast it was, at one utterance.

    `memory_mb`, `worker_mb`: of the window's process and of its recognizer. `heaps`: those of its threads.
    `listening_s`: from the key to the microphone; `text_s`: from the key's release to the text in the program, 0 when
    it was said into the window.
    """

    utterance: int
    at_s: float
    memory_mb: float
    worker_mb: float
    heaps: int
    threads: int
    files: int
    listening_s: float
    text_s: float


@dataclass(frozen=True)
class Used:
    """`heard`: the words that were said against those of the history; the recognizer's errors are among them.

    `inserted`, `undone`, `corrected`, `taken_back`: how often. `same`: the window showed the words of the history, in
    their order, after all corrections were undone and made again, too. `troubles`: lines of the log that a calm run
    does not have.
    """

    words: int
    heard: Count
    inserted: int
    undone: int
    corrected: int
    taken_back: int
    same: bool
    exit_code: int
    troubles: tuple[str, ...]
    moments: tuple[Moment, ...]


def use(
    home: Path,
    utterances: int,
    minutes: float = 0.0,
    *,
    look_every: int = 10,
    seed: int = 1,
    shots: Path | None = None,
    report: Callable[[Moment], None] = lambda moment: None,
) -> Used:
    """So many utterances, spread over `minutes` (0: as fast as one can speak).

    `home`: an empty folder for everything that the program keeps. `look_every`: utterances from one look into another
    window to the next. `shots`: a folder for a picture of the screen now and then. `report` takes each moment. Raises
    AssertionError when a text is not where it must be.
    """
    with _day(home, seed) as day:
        began = time.monotonic()
        for number in range(1, utterances + 1):
            day.utter(number)
            if number % look_every == 0:
                day.look_around(number // look_every)
            report(day.moments[-1])
            if shots is not None and number % max(1, utterances // 6) == 0:
                day.desk.screen.shot(shots / f"heavy-use-{number}.png")
            _rest(began + 60 * minutes * number / utterances - time.monotonic())
        return day.end()


class Day:
    """One person's day. Use `use()`."""

    def __init__(self, desk: Room, saywrite: Window, program: Editor, hand: Hand, home: Path, seed: int) -> None:
        self.desk = desk
        self.moments: list[Moment] = []
        self._saywrite = saywrite
        self._program = program
        self._hand = hand
        self._history = home / "data" / "history.sqlite3"
        self._chance = random.Random(seed)
        self._began = time.monotonic()
        self._said: list[str] = []
        self._in_program = ""
        self._inserted = self._undone = self._corrected = self._taken_back = 0

    def utter(self, number: int) -> None:
        """Say a sentence or two, into the program or into the window, and change one's mind about some."""
        into_program = self._chance.random() < 0.65
        said = self._chance.choices(list(SENTENCES), k=1 if into_program else self._chance.choice((1, 2)))
        self._said += [word for sentence in said for word in words_of(sentence)]
        listening_s, text_s = self._insert(said[0]) if into_program else (self._dictate(said), 0.0)
        if not into_program and self._chance.random() < 0.6:
            self._correct(number)
        self.moments.append(self._moment(number, listening_s, text_s))

    def look_around(self, turn: int) -> None:
        """Open something else, use it, and close it."""
        acts = (
            self._search_the_history,
            self._page_through_the_settings,
            self._find,
            self._pull_out_the_headset,
            self._resize,
        )
        acts[turn % len(acts)]()

    def end(self) -> Used:
        """Undo all corrections and make them again, compare everything, and quit."""
        with self._store() as store:
            dictated = [self._load(store, each.dictation) for each in reversed(store.recent(10_000))]
        kept = [word for each in dictated for word in words_of(_text_of(each))]
        self._activate()
        text = self._saywrite.transcript()
        self._take_every_correction_back(text)
        same = _shown_words(text) == kept and self._saywrite.transcript() == text
        code = self._saywrite.terminate(10)
        return Used(
            len(self._said),
            count(self._said, kept),
            self._inserted,
            self._undone,
            self._corrected,
            self._taken_back,
            same,
            code,
            tuple(self._saywrite.troubles()),
            tuple(self.moments),
        )

    # Speaking

    def _insert(self, sentence: str) -> tuple[float, float]:
        """Into the other program, which has the keys; now and then it is undone, or more is typed behind it."""
        self.desk.screen.window(self._program.title)
        before = self._program.text()
        assert before == self._in_program, f"the program's text changed by itself: …{before[-80:]!r}"
        pressed = time.monotonic()
        self._hand.press()
        self._saywrite.wait_state("listening")
        listening_s = time.monotonic() - pressed
        self._hand.say(sentence)
        released = time.monotonic()
        self._hand.release()
        wait_for(lambda: len(self._program.text()) > len(before), "nothing was inserted")
        text_s = time.monotonic() - released
        self._saywrite.wait_state("idle")
        kept = words_of(self._newest())
        wait_for(
            lambda: words_of(self._program.text()) == words_of(before) + kept,
            f"not what the history has: {self._program.text()[len(before) :]!r} instead of {kept}",
        )
        self._in_program = self._program.text()
        assert self._in_program.startswith(before)
        assert "  " not in self._in_program
        self._inserted += 1
        chance = self._chance.random()
        if chance < 0.2:
            self._undo_insertion(before)
        elif chance < 0.4:
            self.desk.screen.type(" And so on.")
            wait_for(lambda: self._program.text() == f"{self._in_program} And so on.", "the typed words are not there")
            self._in_program = self._program.text()
        return listening_s, text_s

    def _undo_insertion(self, before: str) -> None:
        self._activate()
        choose_undo(self._saywrite)
        wait_for(lambda: self._program.text() == before, "the insertion was not undone")
        self._in_program = before
        self._undone += 1

    def _dictate(self, said: list[str]) -> float:
        """Into the window."""
        self._activate()
        pressed = time.monotonic()
        self._saywrite.dictating()
        listening_s = time.monotonic() - pressed
        for sentence in said:
            self._hand.say(sentence)
        self._saywrite.press("F9")
        self._saywrite.wait_state("idle")
        return listening_s

    # Correcting

    def _correct(self, number: int) -> None:
        """Write behind the last words; undo that now and then, and make it again."""
        mark = f"({number})"
        self._to_the_end()
        self.desk.screen.type(f" {mark}")
        self._wait_kept(mark, True)
        self._corrected += 1
        chance = self._chance.random()
        if chance < 0.5:
            self.desk.screen.key("ctrl+z")
            self._wait_kept(mark, False)
            self._taken_back += 1
        if chance < 0.25:
            self.desk.screen.key("ctrl+shift+z")
            self._wait_kept(mark, True)
            self._taken_back -= 1

    def _take_every_correction_back(self, text: str) -> None:
        """With one Ctrl+Z after the other, and make them again."""
        self._to_the_end()
        kept = self._corrected - self._taken_back
        for key, marked in (("ctrl+z", False), ("ctrl+shift+z", kept > 0)):
            for _ in range(kept):
                self.desk.screen.key(key)
            self._wait_marked(marked, f"{key} does not change the text")
        wait_for(lambda: self._saywrite.transcript() == text, "undone and made again, the text is another")

    def _wait_marked(self, marked: bool, problem: str) -> None:
        wait_for(lambda: ("(" in self._saywrite.transcript()) is marked, problem)

    def _to_the_end(self) -> None:
        self._saywrite.click(self._saywrite.wait_for("text", "^Transcript$"), where=(0.9, 0.9))
        self.desk.screen.key("ctrl+End")
        if "sound missing" in self._saywrite.transcript().rstrip().rpartition("\n")[2]:
            self.desk.screen.key("Up", "End")  # a gap of a busy sound server, which nobody can write into

    def _wait_kept(self, mark: str, there: bool) -> None:
        wait_for(lambda: (mark in self._newest()) is there, f"{mark} is {'not ' if there else 'still '}in the history")

    # Looking around

    def _search_the_history(self) -> None:
        self._activate()
        self._saywrite.press("ctrl+h")
        self._saywrite.wait_for("push button", "^Play$")
        self.desk.screen.key("ctrl+f", "ctrl+a")
        self.desk.screen.type("garden")
        self._saywrite.wait_for("list item", "garden")
        self.desk.screen.key("ctrl+a", "Delete", "Escape")
        self._close_other_windows()

    def _page_through_the_settings(self) -> None:
        self._activate()
        self._saywrite.press("ctrl+comma")
        self.desk.screen.window("^Settings$")
        for page in ("Push-to-talk", "Insertion", "Recognition"):
            self._saywrite.click(self._saywrite.wait_for("list item", f"^{page}$"))
        self.desk.screen.key("Escape")
        self._close_other_windows()

    def _find(self) -> None:
        self._activate()
        self._saywrite.press("ctrl+f")
        self.desk.screen.type("doctor")
        self.desk.screen.key("Return", "Return", "Escape")

    def _pull_out_the_headset(self) -> None:
        """While it is the default; the next utterance is heard by the other microphone."""
        self.desk.sound.default(SPARE)
        self.desk.sound.remove(SPARE)
        self.desk.sound.default("desk")
        self.desk.sound.add(f"{SPARE}:16000:1")

    def _resize(self) -> None:
        shown = self.desk.screen.window("^Saywrite$")
        for size in (("500", "420"), ("1100", "700")):
            self.desk.screen.xdotool("windowsize", "--sync", shown, *size)

    def _close_other_windows(self) -> None:
        for role, name in (("push button", "^Play$"), ("list item", "^Push-to-talk$")):
            self._saywrite.wait_gone(role, name)

    def _activate(self) -> None:
        self.desk.screen.window("^(● )?Saywrite$")
        self._saywrite.wait_active()

    # What is kept

    def _newest(self) -> str:
        """The text of the last dictation in the history."""
        with self._store() as store:
            (summary,) = store.recent(1)
            return _text_of(self._load(store, summary.dictation))

    def _store(self) -> closing[HistoryStore]:
        return closing(HistoryStore(self._history))

    def _load(self, store: HistoryStore, dictation: str) -> Dictated:
        dictated = store.load(dictation)
        assert dictated is not None
        return dictated

    def _moment(self, number: int, listening_s: float, text_s: float) -> Moment:
        process = psutil.Process(self._saywrite.process.pid)
        return Moment(
            number,
            time.monotonic() - self._began,
            process.memory_info().rss / 1e6,
            worker_memory_mb(process),
            heaps_of_threads(process),
            process.num_threads(),
            process.num_fds(),
            listening_s,
            text_s,
        )


@contextmanager
def _day(home: Path, seed: int) -> Iterator[Day]:
    home.mkdir(parents=True, exist_ok=True)
    speech = {}
    for number, sentence in enumerate(SENTENCES):
        sound = np.frombuffer(joined([sentence], lead_s=0.15, pause_s=0.3).pcm, "<i2")
        speech[sentence] = write_wav(home / f"sentence-{number}.wav", sound)
    with (
        room(["desk:48000:1", f"{SPARE}:16000:1"]) as desk,
        window(desk, home, SETTINGS) as saywrite,
        editor(accessible_screen(desk)) as program,
        closing(Hand(desk, saywrite, speech)) as hand,
    ):
        yield Day(desk, saywrite, program, hand, home, seed)


def _text_of(dictated: Dictated) -> str:
    return " ".join(segment.text for segment in dictated.segments)


def _shown_words(transcript: str) -> list[str]:
    """Without headings, times and the lines that a machine under load leaves where sound is missing."""
    return words_of(re.sub(r"^(.*\d+:\d+.*|.* of sound missing\b.*)$", "", transcript, flags=re.MULTILINE))


def _rest(seconds: float) -> None:
    """Until the person speaks again."""
    threading.Event().wait(max(0.0, seconds))
