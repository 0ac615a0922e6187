"""The README's table of the delivery: every habit of the simulated service, with and without local words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.packaging_modules import load_script
from tests.speech.aiola.word_simulation import Along, Result, dictate

from saywrite.speech.aiola.delivery.pending import CompletionState

BENCH = Path(__file__).resolve().parents[2] / "packaging" / "bench"


def results(along: Along | None, monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    monkeypatch.syspath_prepend(str(BENCH))
    rows = load_script("bench/bench_delivery").ROWS
    sys.modules.pop("table", None)
    assert len(rows) == 23
    return [dictate(speech, habits, along, losses) for _name, speech, habits, losses in rows]


def pending(found: list[Result]) -> int:
    return sum(each.verdict is CompletionState.INCOMPLETE for each in found)


def lost_without_notice(result: Result) -> int:
    """The words lost silently; a dictation that ends as pending reports that something is missing."""
    return 0 if result.verdict is CompletionState.INCOMPLETE and result.outstanding else result.lost_silently


def test_with_local_words_every_row_keeps_its_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    found = results(Along(0.5), monkeypatch)
    assert [each.lost_silently for each in found] == [0] * 23
    assert [each.twice for each in found] == [0] * 23
    assert max(each.late_s for each in found) <= 0.13
    assert max(each.worst_place_s for each in found) <= 0.05
    assert pending(found) == 1


def test_without_local_words_no_row_loses_words_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    found = results(None, monkeypatch)
    assert [lost_without_notice(each) for each in found] == [0] * 23
    assert [each.twice for each in found] == [0] * 23
    assert max(each.late_s for each in found) <= 7.1
    assert pending(found) == 8
