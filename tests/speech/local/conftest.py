"""The recognition model, loaded once for all tests, and sound made for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.foundation.paths import default_paths
from saywrite.speech.local.decoder.tokenizer import Tokenizer
from saywrite.speech.local.decoder.whisper import WhisperDecoder
from saywrite.speech.local.models import find_model


@pytest.fixture(scope="session")
def model() -> Path:
    """The folder of the default model, which `packaging/dev.py test` fetches."""
    folder = find_model(DEFAULT_MODEL, default_paths().data)
    if folder is None:
        pytest.skip("the recognition model is not on this machine: python3 packaging/dev.py model")
    return folder


@pytest.fixture(scope="session")
def decoder(model: Path) -> WhisperDecoder:
    return WhisperDecoder(model)


@pytest.fixture(scope="session")
def tokenizer(model: Path) -> Tokenizer:
    return Tokenizer(model / "tokenizer.json")
