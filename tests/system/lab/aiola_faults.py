"""The fault matrix: what can go wrong between a dictation and aiOla's service, and what became of every word.

A row is one fault; `run_row` lets somebody dictate tone words through it and counts. `quick` shortens the faults.
"""

from __future__ import annotations

import logging
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from math import ceil
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.aiola_server.fault_proxy import FaultProxy
from tests.aiola_server.hosting import ServiceProcess
from tests.aiola_server.tones import hear, places, silence, speech, utterances, write_wav
from tests.system.lab.counting import Count, count, words_of
from tests.system.lab.program import running
from tests.system.lab.sound import sound_lab
from tests.system.lab.speaker import Speaker

from saywrite.foundation.events import SAMPLE_RATE, Finished, IncompleteRecordingsFound

BEFORE = 3
"""Utterances before the fault; it comes in the third one, or behind it."""

AFTER_S = 9.0
"""Seconds of speech behind the end of the fault."""

FIRST_WORD_S = 0.3
"""In mid-utterance is behind its first word: what was said of it already is to be kept."""

ROOM_S = 90.0
"""Seconds of the noise of a room, which is there before the program listens."""

LEAD_S = 1.0
"""Seconds from the beginning of the recording to the first word."""

UTTERANCE_S = 2.0
"""Length of an utterance with its pause, at the least."""


@dataclass
class Scene:
    """What a fault can get hold of. `began`: when it began (monotonic)."""

    service: ServiceProcess
    line: FaultProxy
    speaker: Speaker
    chance: random.Random
    quick: bool
    began: float = 0.0
    timers: list[threading.Timer] = field(default_factory=list)

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *exception: object) -> None:
        for timer in self.timers:
            timer.cancel()
            timer.join()

    def lasting(self, full_s: float, quick_s: float) -> float:
        return quick_s if self.quick else full_s

    def wait_for(self, seconds: float) -> None:
        """A fault lasts for a time; meanwhile somebody speaks on."""
        time.sleep(seconds)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, action)
        timer.start()
        self.timers.append(timer)


@dataclass(frozen=True)
class Row:
    """`prepare` is done before the dictation begins, `fault` in its course: "mid" in the middle of an utterance,
    "between" two, or at the "end" of the last word. `lasts_s`: how long it goes on, (full, quick). `noticed_s`: within
    how many seconds it has to be noticed. `may_end_early`: whoever lets go is not kept waiting; the rest of the text
    comes when the dictation is taken up again.
    """

    name: str
    fault: Callable[[Scene], None] = lambda _scene: None
    prepare: Callable[[Scene], None] = lambda _scene: None
    moment: str = "mid"
    lasts_s: tuple[float, float] = (0.0, 0.0)
    noticed_s: float | None = None
    patience_s: float = 90.0
    may_end_early: bool = False


@dataclass(frozen=True)
class Result:
    """`noticed_s`: from the fault to its being told. `end_s`: from letting go to the end. `later`: the text was
    complete only after the unfinished dictation had been taken up again. `told`: every problem in words; `logged`: what
    the log had at WARNING or above. `problem`: why it did not come to an end.
    """

    row: str
    seed: int
    words: int = 0
    count: Count = field(default_factory=Count)
    noticed_s: float | None = None
    end_s: float = 0.0
    later: bool = False
    told: tuple[str, ...] = ()
    logged: tuple[str, ...] = ()
    problem: str = ""

    @property
    def perfect(self) -> bool:
        return self.count.perfect and not self.problem and not self.logged


class Complaints(logging.Handler):
    """Keeps what is logged at WARNING or above, with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def run_named(name: str, seed: int, quick: bool) -> Result:
    """`run_row` for a pool of processes."""
    return run_row(the_row(name), seed, quick)


def run_row(row: Row, seed: int, quick: bool) -> Result:
    """One dictation with the row's fault. Does not raise for what the dictation did wrong: that is the result."""
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        with tempfile.TemporaryDirectory(prefix="saywrite-fault-") as folder:
            act = _killed if row is KILLED else _dictated
            result = act(row, seed, quick, Path(folder))
    except (AssertionError, OSError) as problem:
        result = Result(row.name, seed, problem=f"{type(problem).__name__}: {problem}"[:2000])
    finally:
        logging.getLogger().removeHandler(complaints)
    return replace(result, logged=tuple(complaints.lines))


def run_all(rows: Iterable[Row], seeds: Iterable[int], *, quick: bool, at_once: int) -> Iterator[Result]:
    """Every row with every seed, `at_once` of them side by side in processes of their own: they mostly wait. Those that
    take longest first.
    """
    in_order = sorted(rows, key=lambda row: row.patience_s + row.lasts_s[1 if quick else 0], reverse=True)
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(run_named, row.name, seed, quick) for row in in_order for seed in seeds]
        for job in jobs:
            yield job.result()


def _dictated(row: Row, seed: int, quick: bool, folder: Path) -> Result:
    lasts_s = row.lasts_s[1 if quick else 0]
    spoken = utterances(BEFORE + ceil((lasts_s + AFTER_S) / UTTERANCE_S), seed)
    where = places(spoken)
    with (
        ServiceProcess() as service,
        FaultProxy(service.port) as line,
        Speaker(folder, service.environment(line.url), aiola_listen_along="off") as speaker,
        Scene(service, line, speaker, random.Random(seed), quick) as scene,
    ):
        row.prepare(scene)
        speaker.press(speech(spoken, seed=seed))
        speaker.wait_until_said(_moment(row, where, scene.chance))
        scene.began = time.monotonic()
        row.fault(scene)
        if row.moment != "end":
            speaker.wait_until_said(where[-1][1] + scene.chance.uniform(0, 1.0))
        released = time.monotonic()
        finished = speaker.let_go(row.patience_s)
        end_s = time.monotonic() - released
        later = finished.pending > 0
        if later:
            finished = speaker.go_on(finished.dictation, row.patience_s)
        noticed = speaker.lost_at(scene.began)
    said = [word for utterance in spoken for word in utterance]
    return Result(
        row.name,
        seed,
        len(said),
        count(said, words_of(finished.text)),
        None if noticed is None else noticed - scene.began,
        end_s,
        later,
        speaker.problems,
        problem=_left(finished),
    )


def _moment(row: Row, where: list[tuple[float, float]], chance: random.Random) -> float:
    begins, ends = where[-1] if row.moment == "end" else where[BEFORE - 1]
    if row.moment == "end":
        return ends
    return chance.uniform(ends, ends + 1.1) if row.moment == "between" else chance.uniform(begins + FIRST_WORD_S, ends)


def _killed(row: Row, seed: int, quick: bool, folder: Path) -> Result:
    """The program itself with a microphone; killed while the service is away, and started again."""
    chance = random.Random(seed)
    outage_s = chance.uniform(3, 6) if quick else chance.uniform(5, 15)
    spoken = utterances(BEFORE + ceil((outage_s + AFTER_S) / UTTERANCE_S), seed)
    room = write_wav(folder / "room.wav", silence(ROOM_S))
    wav = write_wav(folder / "said.wav", speech(spoken, lead_s=LEAD_S, seed=seed))
    with ServiceProcess() as service, FaultProxy(service.port) as line, sound_lab(["desk:16000:1"]) as lab:
        environment = service.environment(line.url)
        lab.play("desk", room, wait=False)
        with running("listen", "--engine", "aiola", at=folder, env={**lab.env, **environment}) as saywrite:
            dictation = str(saywrite.wait("started")["dictation"])
            saywrite.wait("state", state="listening")
            lab.play("desk", wav, wait=False)
            saywrite.wait("final")
            service.kill()
            threading.Event().wait(outage_s)
            saywrite.process.send_signal(signal.SIGKILL)
            saywrite.process.wait(30)
        journal = (folder / "data" / "recordings" / dictation / "audio.pcm").read_bytes()
        service.start()
        with Speaker(folder, environment, aiola_listen_along="off") as speaker:
            speaker.wait_for(lambda: _offers(speaker, dictation), "the recording to be offered")
            finished = speaker.go_on(dictation, row.patience_s)
    said = [word for utterance in spoken for word in utterance]
    kept = hear(journal)
    counted = _count_cut(said, kept, words_of(finished.text))
    return Result(row.name, seed, len(kept), counted, later=True, told=speaker.problems, problem=_left(finished))


def _offers(speaker: Speaker, dictation: str) -> bool:
    return any(
        item.dictation == dictation
        for _at, event in speaker.all(IncompleteRecordingsFound)
        if isinstance(event, IncompleteRecordingsFound)
        for item in event.items
    )


def _count_cut(said: list[str], kept: list[str], written: list[str]) -> Count:
    """The kill cuts the last word anywhere: whether that is still one is left open. What was kept is what was said."""
    assert len(kept) >= 4, f"only {kept} were in the journal"
    assert kept[:-1] == said[: len(kept) - 1], "the journal does not hold what was said"
    return min(
        (count(expected, written) for expected in (kept, kept[:-1], said[: len(kept) + 1])),
        key=lambda found: len(found.lost) + len(found.twice) + len(found.disordered),
    )


def _left(finished: Finished) -> str:
    return f"{finished.pending / SAMPLE_RATE:.1f} s have no text" if finished.pending else ""


# The faults.


def _ten_resets(scene: Scene) -> None:
    for _ in range(10):
        scene.line.reset()
        scene.wait_for(scene.chance.uniform(0.1, 1.5))


def _restart(full_s: float, quick_s: float) -> Callable[[Scene], None]:
    """Half of them forget the sessions they had granted."""

    def restart(scene: Scene) -> None:
        seconds = scene.lasting(full_s, quick_s)
        if scene.chance.random() < 0.5:
            scene.service.kill()
            scene.wait_for(seconds)
            scene.service.start()
        else:
            scene.service.down(seconds)
            scene.wait_for(seconds)

    return restart


def _half_open(scene: Scene) -> None:
    """Nothing passes any more; or what was open is dead, and what is opened lives."""
    if scene.chance.random() < 0.5:
        scene.line.stall()
        scene.wait_for(scene.lasting(30, 8))
        scene.line.flow()
    else:
        scene.line.stall(existing=True)
        scene.wait_for(scene.lasting(30, 8))


def _expire(scene: Scene) -> None:
    scene.service.expire(scene.chance.choice(["event", "reset"]))


def _refuse_session(scene: Scene) -> None:
    how: dict[str, Any] = scene.chance.choice(
        [
            {"where": "session", "status": 503, "times": 2},
            {"where": "token", "status": 500, "times": 1},
            {"where": "session", "code": "RATE_LIMIT_EXCEEDED", "times": 1, "headers": {"Retry-After": "1"}},
            {"where": "stream", "status": 502, "times": 2, "body": "<html>Bad gateway</html>"},
            {"where": "connect", "code": "SERVICE_UNAVAILABLE", "times": 2},
        ]
    )
    scene.service.refuse(**how)


def _crowded(scene: Scene) -> None:
    seconds = scene.lasting(20, 9)
    if scene.chance.random() < 0.5:
        scene.service.take_slot(seconds)
    else:
        scene.service.set(session_limit=0)
        scene.later(seconds, lambda: scene.service.set(session_limit=None))


RUBBISH: list[tuple[str, object]] = [
    ("error", {"error": {"message": "Something", "code": "INTERNAL_ERROR", "details": {}}}),
    ("error", {"message": "Else", "code": "SOMETHING_NEW"}),
    ("error", "text"),
    ("error", None),
    ("error", [1, {"a": []}]),
    ("transcript", {"transcript": 7}),
    ("transcript", {"transcript": ""}),
    ("transcript", {"words": ["x"]}),
    ("transcript", None),
    ("translation", {"translation": "nobody asked"}),
    ("structured", {"results": 3}),
    ("structured", "nothing"),
    ("never_heard_of", {"a": [1, 2, {"b": None}]}),
    ("", {}),
]
FRAMES: list[str | bytes] = [
    *("2/events,[", "2/events,{}", "2/events,[]", "2/events,[7]", "2/other,[]", "9", "x", "", "2", "3/events,[]"),
    *("5-/events,[]", "599-/events,[]", '4/other,{"message":"no"}', "2/events," + "[" * 2000),
    b"orphan",
    b"",
]


def _rubbish(scene: Scene) -> None:
    items: list[tuple[str, object] | str | bytes] = [*RUBBISH, *FRAMES]
    scene.chance.shuffle(items)
    for item in items:
        if isinstance(item, tuple):
            scene.service.emit(*item)
        else:
            scene.service.send_raw(item)
        scene.wait_for(scene.chance.uniform(0, 0.2))


def _mute(scene: Scene) -> None:
    """What is connected now, or meanwhile, is never answered."""
    seconds = scene.lasting(30, 12)
    scene.service.mute(seconds)
    scene.wait_for(seconds)


def _silent(scene: Scene) -> None:
    """Nothing is answered for a time, and then what comes then is, on the same connection."""
    seconds = scene.lasting(30, 12)
    scene.service.silent(seconds)
    scene.wait_for(seconds)


def _lost_at_the_end(scene: Scene) -> None:
    if scene.chance.random() < 0.5:
        scene.line.stall(existing=True)
    else:
        scene.line.refuse()
        scene.line.reset()
        scene.later(3.0, lambda: scene.line.refuse(False))


def _asleep(scene: Scene) -> None:
    """Ten minutes later the connection is long dead, and nobody tells."""
    scene.line.stall(existing=True)
    scene.service.set(clock_off_s=600.0)
    scene.service.reset()
    scene.speaker.clocks.sleep(600.0)


KILLED = Row("kill -9 during an outage, then a new start", patience_s=120, may_end_early=True)

ROWS = (
    Row("no fault", moment="between"),
    Row("reset in mid-utterance", lambda scene: scene.line.reset(), noticed_s=1),
    Row("reset between utterances", lambda scene: scene.line.reset(), moment="between", noticed_s=1),
    Row("ten resets in a row", _ten_resets, lasts_s=(9, 9), noticed_s=1),
    Row("service restart taking 2 s", _restart(2, 2), lasts_s=(2, 2), noticed_s=1),
    Row("service restart taking 10 s", _restart(10, 4), lasts_s=(10, 4), noticed_s=1),
    Row("service restart taking 60 s", _restart(60, 8), lasts_s=(60, 8), noticed_s=1),
    Row("half-open link for 30 s", _half_open, lasts_s=(30, 8), noticed_s=5),
    Row("500 ms delay with jitter", prepare=lambda scene: scene.line.shape(delay_s=0.5, jitter_s=0.2)),
    Row("64 kbit/s link", prepare=lambda scene: scene.line.shape(rate=8_000), patience_s=300),
    Row("token expired in mid-dictation", _expire, noticed_s=1),
    Row("session refused, then granted", prepare=_refuse_session),
    Row("concurrency limit for 20 s", prepare=_crowded, lasts_s=(20, 9)),
    Row("a second client taking the slot", lambda scene: scene.service.take_slot(5), lasts_s=(5, 5), noticed_s=1),
    Row("error events, rubbish payloads, unknown events", _rubbish, lasts_s=(4, 4)),
    Row("service accepts audio and never answers", _mute, lasts_s=(30, 12), may_end_early=True),
    Row("link lost right at the end of speech", _lost_at_the_end, moment="end"),
    Row("laptop asleep for ten minutes", _asleep, noticed_s=5),
    KILLED,
)

BEYOND = (Row("service passes over what it hears for 30 s", _silent, lasts_s=(30, 12)),)
"""Not promised: for the client this is somebody who coughs, and is then heard again."""


def the_row(name: str) -> Row:
    return next(row for row in (*ROWS, *BEYOND) if row.name == name)
