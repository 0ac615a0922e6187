"""Keywords are tried on the history: on its texts, and on its recordings with a program in place of `saywrite`."""

from __future__ import annotations

import os
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.closed_folder import closed

from saywrite.dictation.models.keyword_trial import (
    NEWEST,
    KeywordTrialRun,
    TrialRequest,
    past_dictations,
)
from saywrite.dictation.models.transcribing_child import Retranscriber, RetranscriptionStopped
from saywrite.foundation.events import Segment
from saywrite.foundation.paths import Paths, default_paths
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording
from saywrite.text.keywords import Keyword
from saywrite.text.transcript import carries_out_commands

AT = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
POSTGRES = Keyword("post gress", "Postgres")
REQUEST = TrialRequest((), (POSTGRES,), "auto", "whisper-base")
WITH_RECORDINGS = TrialRequest((), (POSTGRES,), "auto", "whisper-base", recordings=True)
HEARD = """
    keywords = json.load(open(sys.argv[sys.argv.index("--keywords") + 1]))
    print(json.dumps({"event": "final", "text": "x", "raw": "post gress again", "start": 0, "end": 1, "segment": 1}))
    print(json.dumps({"event": "finished", "pending_s": 0}))
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return default_paths(tmp_path / "config", tmp_path / "data")


@pytest.fixture
def history(paths: Paths) -> Iterator[HistoryStore]:
    made = HistoryStore(paths.history)
    yield made
    made.close()


def dictate(history: HistoryStore, number: int, raw: str, recordings: Path | None = None) -> str:
    """Add a dictation, an hour later than the one before; with its recording where there is a folder for it."""
    header = Header(f"d{number}", AT + timedelta(hours=number), "en", "local", "microphone")
    history.begin(header)
    history.add_segment(header.dictation, Segment(1, raw.capitalize(), raw, 0, 16_000))
    history.finish(header.dictation, 16_000, 16_000)
    if recordings is not None:
        with Journal.create(recordings, header) as journal:
            journal.append(b"\1\0" * 16_000)
            journal.end(complete=True)
        finish_recording(recordings / header.dictation, keep=True)
    return header.dictation


def program(tmp_path: Path, paths: Paths, source: str) -> Retranscriber:
    script = tmp_path / "program.py"
    script.write_text("import json, sys\n" + textwrap.dedent(source))
    return Retranscriber(paths, (sys.executable, str(script)), os.environ)


def test_the_newest_fifty_texts_are_compared(history: HistoryStore) -> None:
    for number in range(60):
        dictate(history, number, f"post gress {number}")
    outcome = KeywordTrialRun(REQUEST).run(history, lambda done, number: None)
    assert NEWEST == 50
    assert [text.after for text in outcome.tried.texts[:2]] == ["Postgres 59", "Postgres 58"]
    assert (len(outcome.tried.texts), outcome.tried.changed, outcome.heard_again) == (50, 50, 0)


def test_what_the_user_corrected_or_deleted_is_not_what_the_recognizer_sent(history: HistoryStore) -> None:
    dictate(history, 1, "post gress")
    history.edit_segment("d1", 1, "Corrected by hand")
    dictate(history, 2, "deleted words")
    history.edit_segment("d2", 1, "")
    dictate(history, 3, "removed words")
    history.remove_segments("d3", [1])
    assert [past.raw for past in past_dictations(history, "auto")] == [("post gress",)]


def test_a_recording_that_may_not_be_read_is_said_and_keeps_its_text(
    history: HistoryStore, tmp_path: Path, paths: Paths
) -> None:
    dictate(history, 1, "post grass", paths.recordings)
    again = program(tmp_path, paths, HEARD)
    with closed(paths.recordings / "d1"):
        outcome = KeywordTrialRun(WITH_RECORDINGS, again).run(history, lambda *at: None)
    assert [text.before for text in outcome.tried.texts] == ["Post grass"]
    assert (outcome.heard_again, outcome.missing) == (0, 0)
    assert "cannot be read (Permission denied)" in outcome.failed


def test_recordings_are_recognized_again_with_the_tried_keywords(
    history: HistoryStore, tmp_path: Path, paths: Paths
) -> None:
    dictate(history, 1, "no recording")
    dictate(history, 2, "post grass", paths.recordings)
    seen: list[tuple[int, int]] = []
    again = program(tmp_path, paths, HEARD + f"    assert keywords == {{{POSTGRES.spoken!r}: 'Postgres'}}, keywords\n")
    outcome = KeywordTrialRun(WITH_RECORDINGS, again).run(history, lambda *at: seen.append(at))
    assert [(text.before, text.after) for text in outcome.tried.texts] == [
        ("Post grass", "Postgres again"),
        ("No recording", "No recording"),
    ]
    assert (outcome.heard_again, outcome.missing, outcome.failed) == (1, 1, "")
    assert seen == [(0, 1)]
    loaded = history.load("d2")
    assert loaded is not None
    assert loaded.segments[0].text == "Post grass", "the history is not changed"


def test_a_recording_that_cannot_be_recognized_keeps_its_text(
    history: HistoryStore, tmp_path: Path, paths: Paths
) -> None:
    dictate(history, 1, "post gress", paths.recordings)
    again = program(tmp_path, paths, "sys.exit('saywrite: There is no model.')")
    outcome = KeywordTrialRun(WITH_RECORDINGS, again).run(history, lambda *at: None)
    assert outcome.tried.texts[0].after == "Postgres"
    assert "There is no model." in outcome.failed
    assert outcome.heard_again == 0


def test_a_stop_ends_the_recognition(history: HistoryStore, tmp_path: Path, paths: Paths) -> None:
    dictate(history, 1, "post gress", paths.recordings)
    started = tmp_path / "started"
    endless = f"open({str(started)!r}, 'w').close()\nimport threading; threading.Event().wait()\n"
    trial = KeywordTrialRun(WITH_RECORDINGS, program(tmp_path, paths, endless))
    raised: list[BaseException] = []

    def run() -> None:
        try:
            trial.run(history, lambda *at: began.set())
        except RetranscriptionStopped as stopped:
            raised.append(stopped)

    began = threading.Event()
    thread = threading.Thread(target=run)
    thread.start()
    assert began.wait(20)
    trial.stop()
    thread.join(20)
    assert len(raised) == 1


SEVERAL = """
    files = [each for each in sys.argv if each.endswith((".wav", ".flac"))]
    assert files and sys.argv[sys.argv.index("--languages") + 1] == ",".join(["en"] * len(files)), sys.argv
    with open({starts!r}, "a") as file:
        print("start", file=file)
    for number, file in enumerate(files):
        print(json.dumps({{"event": "file", "file": file}}))
        if number == {fails}:
            print(json.dumps({{"event": "error", "what": "Damaged.", "remedy": "", "fatal": True}}))
            continue
        if number == {hangs}:
            sys.stdout.flush()
            import threading; threading.Event().wait()
        final = {{"event": "final", "text": "x", "raw": f"number {{number}}", "start": 0, "end": 1, "segment": 1}}
        print(json.dumps(final))
        print(json.dumps({{"event": "finished", "pending_s": 0}}), flush=True)
"""


def test_all_recordings_share_one_child_process_and_a_failure_leaves_the_others(
    history: HistoryStore, tmp_path: Path, paths: Paths
) -> None:
    for number in range(3):
        dictate(history, number, f"old {number}", paths.recordings)
    starts = tmp_path / "starts"
    again = program(tmp_path, paths, SEVERAL.format(starts=str(starts), fails=1, hangs=-1))
    outcome = KeywordTrialRun(WITH_RECORDINGS, again).run(history, lambda *at: None)
    assert [text.after for text in outcome.tried.texts] == ["Number 0", "Old 1", "Number 2"]
    assert (outcome.heard_again, outcome.failed, outcome.left_out) == (2, "Damaged.", 0)
    assert starts.read_text() == "start\n"


def test_a_stop_keeps_what_was_recognized(history: HistoryStore, tmp_path: Path, paths: Paths) -> None:
    for number in range(3):
        dictate(history, number, f"old {number}", paths.recordings)
    again = program(tmp_path, paths, SEVERAL.format(starts=str(tmp_path / "starts"), fails=-1, hangs=1))
    trial = KeywordTrialRun(WITH_RECORDINGS, again)

    def stop_after_the_first(done: int, number: int) -> None:
        assert number == 3
        if done == 1:
            trial.stop()

    outcome = trial.run(history, stop_after_the_first)
    assert [text.after for text in outcome.tried.texts] == ["Number 0", "Old 1", "Old 0"]
    assert (outcome.heard_again, outcome.failed, outcome.left_out) == (1, "", 2)


def test_a_trial_that_was_stopped_before_it_began_has_no_result(history: HistoryStore) -> None:
    trial = KeywordTrialRun(REQUEST)
    trial.stop()
    with pytest.raises(RetranscriptionStopped):
        trial.run(history, lambda *at: None)


@pytest.mark.parametrize(
    ("setting", "punctuates", "expected"),
    [("on", True, True), ("auto", True, False), ("auto", False, True), ("off", False, False)],
)
def test_spoken_punctuation_follows_the_setting(setting: str, punctuates: bool, expected: bool) -> None:
    assert carries_out_commands(setting, punctuates) is expected
