"""Measures the delivery of a dictation through a simulated service: words lost, words twice, the end, the places.

    python -m packaging.bench.bench_delivery [--without-words]

Each row is a habit of the service. Nothing is random and no clock is read, so the table is the same in every run.
Exit code 1: a row with local words has lost a word silently or brought one twice.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "app"), str(ROOT), str(Path(__file__).parent)]

from table import Row  # noqa: E402
from tests.speech.aiola.word_simulation import WORDS, Along, Habits, Result, SpokenWord, dictate, sentences, speak  # noqa: E402

from saywrite.speech.aiola.delivery.pending import CompletionState  # noqa: E402

LAG_S = 0.5
LOSS = ((9.0, 0.5),)
SIX = sentences(6)
ROWS: tuple[tuple[str, tuple[SpokenWord, ...], Habits, tuple[tuple[float, float], ...]], ...] = (
    ("no fault", sentences(5), Habits(), ()),
    ("finer, answers after 1.6 s", sentences(2, 0.4), Habits(0.25, delays=(1.6,)), ()),
    ("finer, answers after 2.5 s", sentences(2, 0.4), Habits(0.25, delays=(2.5,)), ()),
    ("finer, five sentences, 3 s", sentences(5, 0.35), Habits(0.25, delays=(3.0,)), ()),
    ("finer, four sentences, 5 s", sentences(4, 0.4), Habits(0.25, delays=(5.0,)), ()),
    ("segments of 2 s at most", sentences(1, length=20), Habits(longest_s=2.0, delays=(1.5,)), ()),
    ("minimum silence 1200 ms", SIX, Habits(1.2), ()),
    ("one cough", sentences(5, coughs=(2,)), Habits(), ()),
    ("three coughs", sentences(6, coughs=(0, 2, 4)), Habits(), ()),
    ("a cough at the end", speak("river stone window", 1.5, "*"), Habits(), ()),
    ("2 segments in one text", SIX, Habits(merges=2), ()),
    ("5 segments in one text", sentences(7), Habits(merges=5), ()),
    ("texts split in two", sentences(4), Habits(splits=True), ()),
    ("white space before texts", sentences(4), Habits(blank=True), ()),
    ("an answer dropped", SIX, Habits(drops=frozenset({WORDS[8]})), ()),
    ("the last answer dropped", SIX, Habits(drops=frozenset({WORDS[20]})), ()),
    ("an answer dropped always", SIX, Habits(drops=frozenset({WORDS[8]}), drops_always=True), ()),
    ("answers after 0.3 to 6 s", SIX, Habits(delays=(0.3, 6.0, 1.0, 4.0, 0.5)), ()),
    ("texts out of order", SIX, Habits(delays=(0.3, 4.0, 0.3, 2.0, 0.3, 3.0), in_order=False), ()),
    ("answers after 10 s", SIX, Habits(delays=(10.0,)), ()),
    ("three coughs, a loss", sentences(6, coughs=(0, 2, 4)), Habits(), LOSS),
    ("2 segments in one text, a loss", SIX, Habits(merges=2), LOSS),
    ("minimum silence 1200 ms, a loss", SIX, Habits(1.2), LOSS),
)


def cells(result: Result) -> str:
    told = result.verdict is not CompletionState.COMPLETE
    silent = 0 if told and result.outstanding else result.lost_silently
    missing = sum(result.missing.values()) - silent
    return (
        f"{silent:6d} {missing:6d} {result.twice:6d} {result.ended_after_s:7.2f} {result.late_s:7.2f}"
        f" {result.worst_place_s:7.2f} {'pending' if told else 'complete':>9}"
    )


def measure() -> list[Row]:
    """The sums over all habits of the service, with and without words of this computer."""
    found = []
    for how, along in (("with words of this computer", Along(LAG_S)), ("without", None)):
        results = [dictate(speech, habits, along, losses) for _name, speech, habits, losses in ROWS]
        places = [result.worst_place_s for result in results]
        goal = 0 if along else None
        found += [
            Row(f"delivery {how}: words lost silently", sum(each.lost_silently for each in results), "words", goal),
            Row(f"delivery {how}: words twice", sum(each.twice for each in results), "words", goal),
            Row.of(f"delivery {how}: end beyond the service", [each.late_s for each in results], "s"),
            Row.of(f"delivery {how}: worst error of a place", places, "s", 0.5 if along else None),
        ]
    return found


def main() -> int:
    along = None if "--without-words" in sys.argv[1:] else Along(LAG_S)
    head = f"{'silent':>6} {'told':>6} {'twice':>6} {'end s':>7} {'late s':>7} {'place s':>7} {'result':>9}"
    print(f"{'the service':32} {head}")
    failed = False
    for name, speech, habits, losses in ROWS:
        result = dictate(speech, habits, along, losses)
        failed |= along is not None and (result.lost_silently > 0 or result.twice > 0)
        print(f"{name:32} {cells(result)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
