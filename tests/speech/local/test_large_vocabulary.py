"""A model laid out like large-v3-turbo: 128 mel bands, a hundredth language, 51,866 tokens in `vocabulary.json`.

Its weights are random, so its text means nothing: what is tested is that the store and the decoder take every number
from the files of the model. The real turbo has 1.6 GB.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from tests import sounds
from tests.speech.local.random_whisper import random_whisper

from saywrite.speech.local.decoder.prompt import prompt_tokens
from saywrite.speech.local.decoder.tokenizer import Tokenizer
from saywrite.speech.local.decoder.whisper import WhisperDecoder
from saywrite.speech.local.model_store.quantization import convert_to_int8
from saywrite.speech.local.model_store.sources import FolderSource
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.local.models import WEIGHTS, Model, ModelFile, get_model

TURBO = "whisper-large-v3-turbo"
BANDS, VOCABULARY = 128, 51_866
TIMESTAMPS = 1_501
"""0.00 s to 30.00 s in steps of 0.02 s."""


def turbo_tokenizer(base: Path) -> dict[str, object]:
    """The tokenizer of Whisper base with Cantonese behind its 99 languages; the special tokens behind it move up."""
    content = json.loads((base / "tokenizer.json").read_text("utf-8"))
    tokens = [token["content"] for token in content["added_tokens"]]
    tokens.insert(tokens.index("<|su|>") + 1, "<|yue|>")
    first = content["added_tokens"][0]
    content["added_tokens"] = [{**first, "id": first["id"] + n, "content": token} for n, token in enumerate(tokens)]
    return content


def tokens_by_id(tokenizer: dict[str, object]) -> tuple[str, ...]:
    texts = {number: token for token, number in tokenizer["model"]["vocab"].items()}
    texts |= {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    timestamps = (f"<|{step * 0.02:.2f}|>" for step in range(TIMESTAMPS))
    return (*(texts[number] for number in range(len(texts))), *timestamps)


def as_file(path: Path) -> ModelFile:
    content = path.read_bytes()
    return ModelFile(path.name, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture(scope="module")
def folder(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as the store brings it onto the computer: downloaded, checked, converted to 8-bit integers."""
    place = tmp_path_factory.mktemp("turbo")
    tokenizer = turbo_tokenizer(model)
    published = random_whisper(place / TURBO, tokens_by_id(tokenizer), BANDS)
    (published / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    turbo = get_model(TURBO)
    assert turbo is not None
    entry = Model(
        id=TURBO,
        label="Random turbo",
        license="MIT",
        languages=turbo.languages,
        memory_bytes=1,
        judgement="For tests.",
        repository="nobody/turbo",
        revision="1",
        published=tuple(as_file(published / file.name) for file in turbo.published),
        converted=ModelFile(WEIGHTS, converted_size(published), ""),
    )
    store = ModelStore(place / "data", [entry], installed=False)
    return store.download(TURBO, [FolderSource(place)], StopTransfer())


def converted_size(published: Path) -> int:
    """The size of the weights after conversion, which a catalog entry names."""
    target = published.parent / "converted"
    convert_to_int8(published / WEIGHTS, target)
    return target.stat().st_size


def test_store_keeps_the_files_that_the_catalog_names_for_turbo(folder: Path) -> None:
    names = {file.name for file in folder.iterdir()} - {"saywrite-model.json"}
    assert names == {"config.json", "tokenizer.json", "vocabulary.json", WEIGHTS}
    assert len(json.loads((folder / "vocabulary.json").read_text("utf-8"))) == VOCABULARY


def test_tokens_are_those_of_the_larger_vocabulary(folder: Path, model: Path) -> None:
    turbo, base = Tokenizer(folder / "tokenizer.json"), Tokenizer(model / "tokenizer.json")
    assert (turbo.transcribe, turbo.start_of_previous) == (50_360, 50_362)
    assert (base.transcribe, base.start_of_previous) == (50_359, 50_361)
    assert turbo.language("yue") == 50_358
    assert [turbo.language(code) for code in ("en", "su")] == [50_259, 50_357]
    assert (turbo.first_timestamp, base.first_timestamp) == (50_365, 50_364)
    assert turbo.timestamps_after(0)[-1] == VOCABULARY - 1
    assert turbo.seconds(VOCABULARY - 1) == pytest.approx(30.0)
    assert turbo.seconds(50_364) is None
    assert prompt_tokens(turbo, "de", []) == [50_258, 50_261, 50_360]
    assert turbo.encode(" Glossary: Saywrite.") == base.encode(" Glossary: Saywrite.")


class Watched:
    """A loaded model that notes how many bands the features have and which tokens it returns."""

    def __init__(self, model: object) -> None:
        self._model = model
        self.n_mels = model.n_mels
        self.seen: list[tuple[int, list[int]]] = []

    def encode(self, features: object, *args: object, **options: object) -> object:
        self.bands = features.shape[1]
        return self._model.encode(features, *args, **options)

    def detect_language(self, encoded: object) -> object:
        return self._model.detect_language(encoded)

    def generate(self, features: object, *args: object, **options: object) -> object:
        results = self._model.generate(features, *args, **options)
        self.seen.append((self.bands, results[0].sequences_ids[0]))
        return results


@pytest.mark.parametrize("long_window", [True, False])
@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("language", ["en", "yue"])
def test_sound_is_decoded_with_128_bands_into_tokens_of_the_vocabulary(
    language: str, final: bool, long_window: bool, folder: Path
) -> None:
    decoder = WhisperDecoder(folder)
    decoder._model = watched = Watched(decoder._model)
    sound = sounds.speech("weather")
    decoder.decode(sound.tobytes(), language=language, keywords=["Saywrite"], final=final, long_window=long_window)
    half_a_second_behind = 50_365 + round((len(sound) / 16_000 + 0.5) / 0.02)
    assert watched.seen
    for bands, tokens in watched.seen:
        assert bands == 128
        assert tokens
        assert max(tokens) <= half_a_second_behind
