"""Transcribing a dictation again: what is read of the child process, and what becomes of the text."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from saywrite.dictation.models.retranscription import Retranscription, RetranscriptionFailed, transcription_options
from saywrite.dictation.models.transcribing_child import (
    INCOMPLETE,
    Retranscriber,
    RetranscriptionStopped,
    TranscribedFile,
    TranscribingChild,
    read_files,
)
from saywrite.foundation.events import Segment
from saywrite.foundation.messages import Message, encoded, message
from saywrite.foundation.paths import default_paths
from saywrite.storage.history.records.versions import Origin, versions_of
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal

AT = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
SMALL = Origin("local", "whisper-small", "de")
FINAL = {"event": "final", "text": "Guten Tag.", "raw": "guten tag", "start": 0.5, "end": 1.0, "segment": 1}
FINISHED = {"event": "finished", "heard_s": 1.0, "confirmed_s": 1.0, "pending_s": 0.0, "duration_s": 1, "text": ""}


def lines(*events: dict[str, object]) -> list[str]:
    return [json.dumps(event) + "\n" for event in events]


def test_the_events_become_segments() -> None:
    heard: list[float] = []
    (found,) = read_files(
        lines(
            {"event": "started"},
            FINAL,
            {"event": "progress", "confirmed_s": 1.0},
            FINAL | {"segment": 2, "engine": "local"},
            {"event": "translation", "segment": 1, "text": "Hello."},
            FINAL | {"segment": 3},
            {"event": "removed", "segments": [3]},
            FINISHED,
        ),
        heard.append,
    )
    assert found.segments == (
        Segment(1, "Guten Tag.", "guten tag", 8_000, 16_000, "Hello."),
        Segment(2, "Guten Tag.", "guten tag", 8_000, 16_000, engine="local"),
    )
    assert heard == [1.0]


@pytest.mark.parametrize(
    "events",
    [
        [FINAL],
        [FINAL, FINISHED | {"pending_s": 0.5}],
        [{"event": "error", "fatal": True, "what": "no key", "remedy": ""}, FINISHED],
    ],
)
def test_an_incomplete_text_is_none(events: list[dict[str, object]]) -> None:
    assert [heard.segments for heard in read_files(lines(*events), lambda s: None)] in ([], [None])


def test_a_file_without_an_end_does_not_shift_the_results_of_the_others() -> None:
    """And lines that are no events are skipped."""
    first, second = lines({"event": "file", "file": "one.wav"}, FINAL), lines({"event": "file", "file": "two.wav"})
    found = list(read_files([*first, "5\n", "Warning\n", *second, *lines(FINAL, FINISHED)], lambda s: None))
    assert [heard.segments is None for heard in found] == [True, False]


def test_each_file_has_its_own_result() -> None:
    """A failure, an unfinished file and a file that was not begun leave the others."""
    no_file = message("There is no file called {name}.", name="two.wav")
    problem = {"what": encoded(no_file), "remedy": encoded(message("Look for it."))}
    told = {"event": "error", "fatal": True, "what": str(no_file), "remedy": "Look for it.", "message": problem}
    found = list(
        read_files(
            lines(
                {"event": "file", "file": "one.wav"},
                FINAL,
                FINISHED,
                {"event": "file", "file": "two.wav"},
                told,
                {"event": "file", "file": "three.wav"},
                FINAL,
                FINISHED | {"pending_s": 0.5},
                {"event": "file", "file": "four.wav"},
                FINAL | {"raw": "four"},
                FINISHED,
                {"event": "file", "file": "five.wav"},
            ),
            lambda s: None,
        )
    )
    assert [[part.raw for part in heard.segments or ()] for heard in found] == [["guten tag"], [], [], ["four"]]
    assert found[1:3] == [
        TranscribedFile(None, "There is no file called two.wav. Look for it."),
        TranscribedFile(None, INCOMPLETE),
    ]
    assert isinstance(found[1].problem, Message)
    assert [part.source for part in found[1].problem.params.values()] == [no_file.source, "Look for it."]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    paths = default_paths(tmp_path / "config", tmp_path / "data")
    made = HistoryStore(paths.history)
    header = Header("one", AT, "en", "local", "microphone")
    journal = Journal.create(paths.recordings, header)
    journal.append(b"\1\0" * 16_000)
    journal.end(complete=True)
    journal.close()
    made.begin(header)
    made.add_segment("one", Segment(1, "Goon talk.", "", 0, 16_000))
    made.finish("one", 16_000, 16_000)
    yield made
    made.close()


def attempt(tmp_path: Path, program: str) -> Retranscription:
    """One with a small program in the place of `saywrite`."""
    script = tmp_path / "program.py"
    script.write_text("import json, os, sys\n" + textwrap.dedent(program))
    paths = default_paths(tmp_path / "config", tmp_path / "data")
    return Retranscription(Retranscriber(paths, (sys.executable, str(script)), os.environ), "one", SMALL)


def text_of(store: HistoryStore) -> list[str]:
    found = store.load("one")
    assert found is not None
    return [segment.text for segment in found.segments]


def test_the_new_text_replaces_the_old_one_which_is_kept(store: HistoryStore, tmp_path: Path) -> None:
    program = f"""
        wanted = ["--engine", "local", "--language", "de", "--events", "--model", "whisper-small"]
        assert sys.argv[-7:] == wanted and os.path.getsize(sys.argv[-8]) == 32044, sys.argv
        assert sys.argv[-10:-8] == ["--again", "one"], sys.argv
        print({json.dumps(FINAL)!r})
        print({json.dumps(FINISHED)!r})
    """
    attempt(tmp_path, program).run(store, lambda s: None, lambda: AT)
    assert text_of(store) == ["Guten Tag."]
    (kept,) = versions_of(store, "one")
    assert [segment.text for segment in kept.segments] == ["Goon talk."]


def test_other_keywords_are_given_to_the_child_and_transcribing_alone_changes_nothing(
    store: HistoryStore, tmp_path: Path
) -> None:
    keywords = tmp_path / "tried.json"
    program = f"""
        assert sys.argv[-2:] == ["--keywords", {str(keywords)!r}], sys.argv
        print({json.dumps(FINAL)!r})
        print({json.dumps(FINISHED)!r})
    """
    first = attempt(tmp_path, program)
    child = TranscribingChild(first._context, [*transcription_options(SMALL), "--keywords", str(keywords)])
    (heard,) = child.run([tmp_path / "sound.wav"])
    assert heard.segments is not None
    assert [segment.raw for segment in heard.segments] == ["guten tag"]
    assert text_of(store) == ["Goon talk."]
    assert versions_of(store, "one") == ()


def test_failure_has_a_reason_and_changes_nothing(store: HistoryStore, tmp_path: Path) -> None:
    program = "sys.exit('saywrite: There is no model called whisper-small.')"
    with pytest.raises(RetranscriptionFailed, match=r"There is no model called whisper-small\. Its text is unchanged"):
        attempt(tmp_path, program).run(store, lambda s: None, lambda: AT)
    assert text_of(store) == ["Goon talk."]
    assert versions_of(store, "one") == ()


def test_a_stop_ends_the_child_process_and_changes_nothing(store: HistoryStore, tmp_path: Path) -> None:
    running = attempt(
        tmp_path,
        """
        print(json.dumps({"event": "progress", "confirmed_s": 0.1}), flush=True)
        sys.stdin = sys.__stdin__
        import threading; threading.Event().wait()
        """,
    )
    began = threading.Event()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            running.run(store, lambda s: began.set(), lambda: AT)
        except RetranscriptionStopped as stopped:
            raised.append(stopped)

    thread = threading.Thread(target=run)
    thread.start()
    assert began.wait(20)
    running.stop()
    thread.join(20)
    assert len(raised) == 1
    assert text_of(store) == ["Goon talk."]


class LateThread(threading.Thread):
    """Begins its work when somebody waits for its end."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._awaited = threading.Event()

    def run(self) -> None:
        assert self._awaited.wait(20)
        super().run()

    def join(self, timeout: float | None = None) -> None:
        self._awaited.set()
        super().join(timeout)


def test_an_abandoned_transcription_closes_no_pipe_that_is_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[LateThread] = []

    def make(*arguments: Any, **options: Any) -> LateThread:
        made.append(LateThread(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(threading, "Thread", make)
    program = f"""
        for event in ({{"event": "file"}}, {FINAL!r}, {FINISHED!r}, {{"event": "file"}}):
            print(json.dumps(event), flush=True)
        import threading; threading.Event().wait()
    """
    child = TranscribingChild(attempt(tmp_path, program)._context, ())
    texts = child.run([tmp_path / "one.wav", tmp_path / "two.wav"])
    assert next(texts).segments is not None
    texts.close()
    (reader,) = made
    reader.join(20)  # an exception in a thread fails the test
    assert not reader.is_alive()


def test_one_that_was_stopped_before_it_began_starts_nothing(store: HistoryStore, tmp_path: Path) -> None:
    stopped = attempt(tmp_path, "")
    stopped.stop()
    with pytest.raises(RetranscriptionStopped):
        stopped.run(store, lambda s: None, lambda: AT)
