"""`saywrite ledger`: what it prints of a history, as lines and as JSON, and what it says when it cannot."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.closed_folder import closed

from saywrite.cli import arguments as cli
from saywrite.cli.ending.exit_codes import DONE, FAILED
from saywrite.cli.ledger import print_ledger
from saywrite.foundation.events import SAMPLE_RATE, Traffic
from saywrite.storage.history.ledger import as_json, read_ledger
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite3"
    store = HistoryStore(path)
    spoken = (("a", 10, "local", 90), ("b", 11, "aiola", 3_700), ("c", 11, "local", 65), ("d", 11, "local", 5))
    for dictation, month, engine, length_s in spoken:
        began = datetime(2026, month, 3, 12, 0, tzinfo=UTC)
        store.begin(Header(dictation, began, "en", engine, "microphone"))
        store.finish(dictation, length_s * SAMPLE_RATE, length_s * SAMPLE_RATE)
    store.set_traffic(Traffic("b", "apis.aiola.ai", 2_345_678, 4_321))
    store.close()
    return path


def test_the_command_is_read() -> None:
    options = cli.parse(["ledger", "--json", "--data", "d"])
    assert (options.command, options.as_json, options.data) == ("ledger", True, Path("d"))


def test_each_month_has_a_line_for_each_host(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_ledger(history, as_json_text=False) == DONE
    assert capsys.readouterr().out.splitlines() == [
        "2026-11",
        "  this computer  local  1 min 10 s  2 dictations  nothing left it",
        "  apis.aiola.ai  aiola   1 h 2 min   1 dictation  2.3 MB sent, 4.3 kB received",
        "2026-10",
        "  this computer  local  1 min 30 s   1 dictation  nothing left it",
    ]


def test_as_json_it_is_the_export_of_the_window_with_seconds_bytes_and_where(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_ledger(history, as_json_text=True) == DONE
    printed = capsys.readouterr().out
    store = HistoryStore(history)
    assert printed == as_json(read_ledger(store))
    store.close()
    months = json.loads(printed)["months"]
    assert months[1] == {
        "month": "2026-11",
        "host": "apis.aiola.ai",
        "engine": "aiola",
        "dictations": 1,
        "seconds": 3_700.0,
        "bytes_sent": 2_345_678,
        "bytes_received": 4_321,
        "here": False,
    }
    assert [(each["month"], each["seconds"], each["here"]) for each in months] == [
        ("2026-11", 70.0, True),
        ("2026-11", 3_700.0, False),
        ("2026-10", 90.0, True),
    ]


def test_without_a_history_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_ledger(tmp_path / "history.sqlite3", as_json_text=False) == DONE
    assert capsys.readouterr().out == "Nothing was dictated yet.\n"
    assert print_ledger(tmp_path / "history.sqlite3", as_json_text=True) == DONE
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "months": [], "entries": []}
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_read_fails_with_its_remedy(
    history: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with closed(history.parent):
        assert print_ledger(history, as_json_text=False) == FAILED
    assert "cannot be opened for writing. Make the folder" in capsys.readouterr().err


@pytest.mark.parametrize("as_json_text", [False, True])
def test_a_history_that_cannot_be_read_fails_with_its_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, as_json_text: bool
) -> None:
    path = tmp_path / "history.sqlite3"
    path.mkdir()
    assert print_ledger(path, as_json_text) == FAILED
    told = capsys.readouterr()
    assert told.err.startswith("saywrite: ")
    if as_json_text:
        problem = json.loads(told.out)
        assert problem["problem"] in told.err
        assert problem["remedy"]
    else:
        assert told.out == ""
