"""A computer without a recognition model: one can speak at once, the window says how to get the model, and the words
come when it is there. The real program, the real model, keys and mouse.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.speech.local.model_server import Behavior, ModelServer, serve
from tests.system.lab.window import Room, Window, recordings, room, window

from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.speech.local.models import WEIGHTS, get_model

pytestmark = pytest.mark.system

INSTALLED = Path(sys.prefix) / "share" / "saywrite" / "models"
ARRIVES = 62_000_000


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:2"]) as made:
        yield made


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """It sends 62 MB of the weights, then nothing until it is released, then it is broken."""
    model = get_model(DEFAULT_MODEL)
    assert model is not None
    small = {f"{model.id}/{name}": (INSTALLED / model.id / name).read_bytes() for name in names() if name != WEIGHTS}
    size = next(file.size for file in model.published if file.name == WEIGHTS)
    with serve(small | {f"{model.id}/{WEIGHTS}": bytes(size)}) as running:
        running.one_by_one[WEIGHTS] = [Behavior(stall_after=ARRIVES)]
        running.behavior[WEIGHTS] = Behavior(status=503)
        yield running


def names() -> list[str]:
    model = get_model(DEFAULT_MODEL)
    return [file.name for file in model.published] if model is not None else []


def choose_folder(saywrite: Window, desk: Room, folder: Path) -> None:
    """The button leads to the line in the settings; it is filled in by keyboard."""
    saywrite.click(saywrite.wait_for("push button", "Choose a folder"))
    saywrite.wait_for("text", "Download models from")
    desk.screen.window("^Settings")
    saywrite.press("ctrl+a")
    desk.screen.type(str(folder))
    saywrite.press("Return")


def test_words_spoken_before_the_model_came_are_written_when_it_is_there(
    desk: Room, server: ModelServer, tmp_path: Path, artifacts: Path
) -> None:
    assert (INSTALLED / DEFAULT_MODEL / WEIGHTS).exists(), "packaging/dev.py fetches it"
    speech = recordings(tmp_path)
    settings = f'theme = "light"\nmodel_source = "{server.address}"\n'
    with window(desk, tmp_path, settings, with_model=False) as saywrite:
        saywrite.wait_label(r"Whisper base is being downloaded: [1-6]\d of 14\d MB")
        saywrite.wait_label("You can already speak")
        desk.screen.shot(artifacts / "no-model-downloading.png")

        saywrite.dictating()
        saywrite.wait_label("Your words are written as soon as the model is here")
        desk.sound.play("desk", speech["two_sentences"])
        desk.screen.shot(artifacts / "no-model-recording.png")

        server.released.set()
        saywrite.wait_for("push button", "Try again", 90)
        desk.screen.shot(artifacts / "no-model-failed.png")
        choose_folder(saywrite, desk, INSTALLED)
        saywrite.wait_for("push button", "Try on my last dictation: Whisper base", 90)
        desk.screen.shot(artifacts / "model-came.png")
        saywrite.press("Escape")

        assert "people" in saywrite.wait_transcript("river", 60)
        saywrite.press("F9")
        saywrite.wait_state("idle")
        saywrite.wait_gone("label", "You can already speak")
        desk.screen.shot(artifacts / "model-text.png")
        assert (tmp_path / "data" / "models" / DEFAULT_MODEL / WEIGHTS).exists()
