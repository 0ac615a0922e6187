"""A person changes a keyword in the lab, sees what it would change, applies it, and the next dictation uses it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.sounds import speech
from tests.system.lab.desktop import wait_for
from tests.system.lab.window import Room, recordings, room, window

from saywrite.dictation.models.keyword_trial import KeywordTrialRun, TrialRequest
from saywrite.dictation.models.transcribing_child import Retranscriber
from saywrite.foundation.events import Segment
from saywrite.foundation.paths import default_paths
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording
from saywrite.text.keywords import Keyword

pytestmark = pytest.mark.system

SENTENCES = ("the weather is nice today", "what about the weather", "see you soon")


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


def dictated_before(at: Path) -> None:
    """Write a history with three dictations, and one keyword."""
    history = HistoryStore(at / "data" / "history.sqlite3")
    for number, raw in enumerate(SENTENCES):
        name = f"d{number}"
        began = datetime.now().astimezone() - timedelta(hours=number + 1)
        history.begin(Header(name, began, "en", "local", "microphone"))
        history.add_segment(name, Segment(1, raw.capitalize(), raw, 0, 16_000))
        history.finish(name, 16_000, 16_000)
    history.close()
    (at / "config").mkdir()
    (at / "config" / "keywords.json").write_text('{"weather": "Wetter"}')


def test_a_changed_keyword_is_tried_applied_and_used(desk: Room, artifacts: Path, tmp_path: Path) -> None:
    sounds = recordings(tmp_path)
    dictated_before(tmp_path)
    kept = tmp_path / "config" / "keywords.json"
    with window(desk, tmp_path, 'theme = "light"\n') as saywrite:
        saywrite.click(saywrite.wait_for("push button", "^Try keywords on your last dictations$"))
        saywrite.wait_for("push button", "^Try on my last 50 dictations$")
        cell = saywrite.wait_for("cell", "^Write: Wetter$")
        saywrite.click(cell, times=2)
        desk.screen.key("ctrl+a")
        desk.screen.type("Wetterlage")
        desk.screen.key("Return")
        saywrite.wait_for("cell", "^Write: Wetterlage$")

        saywrite.click(saywrite.wait_for("push button", "^Try on my last 50 dictations$"))
        saywrite.wait_label(r"^2 of 3 dictations change\. 2 hits\.")
        page = saywrite.wait_for("text", "^Before and after$").text
        assert "Before: The Wetter is nice today" in page
        assert "After: The Wetterlage is nice today" in page
        assert "See you soon" not in page
        saywrite.wait_for("cell", "^Hits: 2$")
        desk.screen.shot(artifacts / "keyword-lab.png")
        assert json.loads(kept.read_text()) == {"weather": "Wetter"}, "nothing is saved before Apply"

        saywrite.click(saywrite.wait_for("push button", "^Apply$"))
        wait_for(lambda: json.loads(kept.read_text()) == {"weather": "Wetterlage"}, "the keyword is not saved")
        saywrite.wait_label("^The keywords were changed")
        saywrite.dictating()
        desk.sound.play("desk", sounds["weather"])
        saywrite.press("F9")
        saywrite.wait_state("idle")
        saywrite.wait_transcript("Wetterlage")
        assert saywrite.terminate(5) == 0
    assert saywrite.troubles() == []


def test_a_recording_is_heard_again_with_the_tried_keywords(tmp_path: Path) -> None:
    paths = default_paths(tmp_path / "config", tmp_path / "data")
    header = Header("d1", datetime.now().astimezone(), "en", "local", "microphone")
    history = HistoryStore(paths.history)
    history.begin(header)
    history.add_segment("d1", Segment(1, "The feather is ice", "the feather is ice", 0, 16_000))
    history.finish("d1", 16_000, 16_000)
    with Journal.create(paths.recordings, header) as journal:
        journal.append(speech("weather"))
        journal.end(complete=True)
    finish_recording(paths.recordings / "d1", keep=True)
    request = TrialRequest((), (Keyword("weather", "Wetterlage"),), "auto", "whisper-base", recordings=True)
    program = Retranscriber(paths, (sys.executable, "-m", "saywrite"), os.environ)
    outcome = KeywordTrialRun(request, program).run(history, lambda done, number: None)
    history.close()
    (text,) = outcome.tried.texts
    assert (outcome.heard_again, outcome.failed) == (1, "")
    assert text.before == "The feather is ice"
    assert "Wetterlage" in text.after
    assert outcome.tried.hits == 1
