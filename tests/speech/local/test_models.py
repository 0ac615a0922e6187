"""The catalog of recognition models, and where one is found on this computer."""

from __future__ import annotations

import site
import string
import sys
from pathlib import Path

import pytest

from saywrite.cli import arguments as cli
from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.speech.local.models import (
    MODELS,
    STAMP,
    WEIGHTS,
    find_model,
    get_model,
    is_complete,
    model_folders,
    read_stamp,
)
from saywrite.storage.settings.schema import OPTIONS

IDS = [model.id for model in MODELS]


def test_base_small_and_turbo_are_offered() -> None:
    assert IDS == ["whisper-base", "whisper-small", "whisper-large-v3-turbo"]
    assert all(model.is_offered for model in MODELS)
    assert DEFAULT_MODEL == "whisper-base"


def test_command_line_and_settings_name_the_same_models() -> None:
    assert list(cli.MODELS) == IDS
    assert [value for value, _label in OPTIONS["local_model"].choices] == IDS
    assert OPTIONS["local_model"].default == DEFAULT_MODEL


@pytest.mark.parametrize("id", IDS)
def test_every_file_is_pinned_by_size_and_hash(id: str) -> None:
    model = get_model(id)
    assert model is not None
    assert len(model.revision) == 40
    assert model.license == "MIT"
    assert (model.windows.min_s, model.windows.pad_s) == (5.0, 2.0)
    names = {file.name for file in model.published}
    assert {"config.json", "tokenizer.json", WEIGHTS} < names
    for file in (*model.published, *model.wheels):
        assert file.size > 0
        assert len(file.sha256) == 64
        assert set(file.sha256) <= set(string.hexdigits.lower())


SIZES = {
    "whisper-base": (147_882_941, 77_769_645),
    "whisper-small": (486_212_372, 249_225_594),
    "whisper-large-v3-turbo": (1_621_665_643, 823_231_647),
}


@pytest.mark.parametrize("id", IDS)
def test_sizes_shown_to_users_are_those_of_the_files(id: str) -> None:
    model = get_model(id)
    assert model is not None
    assert (model.download_bytes, model.disk_bytes) == SIZES[id]


def layout_bytes(
    width: int, encoder: int, decoder: int, vocabulary: int, mels: int, alibi_flags: int, *, int8: bool
) -> int:
    """The size of Whisper weights in the format of CTranslate2, from the names and shapes of their tensors."""

    def tensor(name: str, *shape: int, bytes_each: int = 2) -> int:
        values = 1
        for length in shape:
            values *= length
        return 2 + len(name) + 1 + 1 + 4 * len(shape) + 5 + values * bytes_each

    def weight(name: str, *shape: int) -> int:
        if not int8 or "encoder/conv" in name:
            return tensor(name, *shape)
        return tensor(name, *shape, bytes_each=1) + tensor(f"{name}_scale", shape[0], bytes_each=4)

    def linear(name: str, rows: int, columns: int) -> int:
        return weight(f"{name}/weight", rows, columns) + tensor(f"{name}/bias", rows)

    def norm(name: str) -> int:
        return tensor(f"{name}/beta", width) + tensor(f"{name}/gamma", width)

    def layer(name: str, *, cross: bool) -> int:
        size = norm(f"{name}/self_attention/layer_norm") + linear(f"{name}/self_attention/linear_0", 3 * width, width)
        size += linear(f"{name}/self_attention/linear_1", width, width)
        size += norm(f"{name}/ffn/layer_norm") + linear(f"{name}/ffn/linear_0", 4 * width, width)
        size += linear(f"{name}/ffn/linear_1", width, 4 * width)
        if cross:
            size += norm(f"{name}/attention/layer_norm") + linear(f"{name}/attention/linear_0", width, width)
            size += linear(f"{name}/attention/linear_1", 2 * width, width)
            size += linear(f"{name}/attention/linear_2", width, width)
        return size

    flags = ("activation", "alibi", "pre_norm", "scale_embeddings", "start_from_zero_embedding")
    size = 4 + 2 + 12 + 4 + 4
    size += sum(tensor(f"decoder/{name}", bytes_each=1) for name in flags)
    size += sum(tensor(f"decoder/{name}") for name in ("alignment_heads", "alignment_layer", "num_heads"))
    size += weight("decoder/embeddings/weight", vocabulary, width) + norm("decoder/layer_norm")
    size += tensor("decoder/position_encodings/encodings", 448, width)
    size += sum(layer(f"decoder/layer_{number}", cross=True) for number in range(decoder))
    size += weight("encoder/conv1/weight", width, mels, 3) + tensor("encoder/conv1/bias", width)
    size += weight("encoder/conv2/weight", width, width, 3) + tensor("encoder/conv2/bias", width)
    size += sum(layer(f"encoder/layer_{number}", cross=False) for number in range(encoder))
    size += norm("encoder/layer_norm") + tensor("encoder/num_heads")
    size += tensor("encoder/position_encodings/encodings", 1_500, width)
    return size + 4 + 2 + 26 + 2 + 26 + alibi_flags


# Newer conversions (large-v3-turbo) have two more flags of the decoder, together 75 bytes.
SHAPES = {
    "whisper-base": (512, 6, 6, 51_865, 80, 0),
    "whisper-small": (768, 12, 12, 51_865, 80, 0),
    "whisper-large-v3-turbo": (1_280, 32, 4, 51_866, 128, 75),
}


@pytest.mark.parametrize("id", IDS)
def test_size_of_the_converted_weights_follows_from_the_shapes_of_the_published_ones(id: str) -> None:
    model = get_model(id)
    assert model is not None
    published = next(file for file in model.published if file.name == WEIGHTS)
    assert layout_bytes(*SHAPES[id], int8=False) == published.size
    assert layout_bytes(*SHAPES[id], int8=True) == model.converted.size


def test_models_are_looked_for_in_the_data_folder_first_and_then_in_the_installation(tmp_path: Path) -> None:
    shipped = Path("share/saywrite/models")
    assert model_folders(tmp_path) == (
        tmp_path / "models",
        Path(sys.prefix) / shipped,
        Path(site.getuserbase()) / shipped,
    )


def test_frozen_program_also_looks_beside_its_executable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "Saywrite"))
    assert model_folders(tmp_path)[-1] == tmp_path / "share/saywrite/models"


def sparse(folder: Path, id: str = DEFAULT_MODEL) -> Path:
    """A folder with files of the right sizes, which take no space."""
    model = get_model(id)
    assert model is not None
    folder.mkdir(parents=True)
    for file in model.files:
        with (folder / file.name).open("wb") as stream:
            stream.truncate(file.size)
    return folder


def test_installed_model_is_found_by_its_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    assert find_model(DEFAULT_MODEL, tmp_path) is None
    installed = sparse(tmp_path / "prefix/share/saywrite/models" / DEFAULT_MODEL)
    assert find_model(DEFAULT_MODEL, tmp_path) == installed
    downloaded = sparse(tmp_path / "models" / DEFAULT_MODEL)
    assert find_model(DEFAULT_MODEL, tmp_path) == downloaded
    assert find_model("whisper-small", tmp_path) is None
    assert find_model("no such model", tmp_path) is None


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.txt", WEIGHTS])
@pytest.mark.parametrize("size", [None, 0, -1, 1])
def test_folder_with_a_missing_or_cut_file_is_no_model(name: str, size: int | None, tmp_path: Path) -> None:
    model = get_model(DEFAULT_MODEL)
    assert model is not None
    folder = sparse(tmp_path / "m")
    if size is None:
        (folder / name).unlink()
    else:
        with (folder / name).open("ab") as stream:
            stream.truncate(0 if size == 0 else stream.tell() + size)
    assert not is_complete(model, folder)


@pytest.mark.parametrize(
    "stamp", [b"", b"{", b"[]", b'{"files": []}', b'{"files": {"model.bin": 3}}', b"\xff\xfe", b"[" * 100_000]
)
def test_damaged_stamp_makes_the_model_one_that_must_be_read(stamp: bytes, tmp_path: Path) -> None:
    model = get_model(DEFAULT_MODEL)
    assert model is not None
    folder = sparse(tmp_path / "m")
    assert read_stamp(folder) is None
    (folder / STAMP).write_bytes(stamp)
    assert read_stamp(folder) == {}
    assert not is_complete(model, folder)
