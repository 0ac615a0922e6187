"""The conversion to 8-bit integers gives what CTranslate2 computes when it loads 16-bit floats, bit by bit."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.speech.local.random_whisper import random_whisper
from tests.speech.local.small_model import FLOAT16, INT8, variable, weights

from saywrite.speech.local.model_store.quantization import WeightsError, convert_to_int8
from saywrite.speech.local.models import WEIGHTS


def recognize(folder: Path) -> tuple[np.ndarray, list[list[int]], list[float]]:
    """Encoder output, token ids and scores for the same random sound, computed in 8-bit integers."""
    model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="int8", intra_threads=1)
    sound = np.random.default_rng(3).normal(size=(1, 80, 700)).astype(np.float32)
    features = ctranslate2.StorageView.from_array(sound)
    encoded = np.array(model.encode(features))
    [result] = model.generate(features, [[50_258, 50_259, 50_359]], beam_size=5, max_length=40, return_scores=True)
    return encoded, result.sequences_ids, result.scores


def test_converted_weights_give_the_same_bits_as_those_that_ctranslate2_converts(tmp_path: Path) -> None:
    published = random_whisper(tmp_path / "published")
    converted = tmp_path / "converted"
    shutil.copytree(published, converted, ignore=shutil.ignore_patterns(WEIGHTS))
    convert_to_int8(published / WEIGHTS, converted / WEIGHTS)
    assert (converted / WEIGHTS).stat().st_size < 0.6 * (published / WEIGHTS).stat().st_size
    encoded, ids, scores = recognize(published)
    encoded_too, ids_too, scores_too = recognize(converted)
    assert np.array_equal(encoded, encoded_too)
    assert (ids, scores) == (ids_too, scores_too)
    assert len(ids[0]) > 5


def test_progress_ends_with_all_bytes_and_an_exception_in_it_ends_the_conversion(tmp_path: Path) -> None:
    source = tmp_path / "f16"
    source.write_bytes(weights())
    seen: list[tuple[int, int]] = []
    convert_to_int8(source, tmp_path / "int8", lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert {total for _done, total in seen} == {len(weights())}

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert_to_int8(source, tmp_path / "int8", stop)


def parse(data: bytes) -> dict[str, tuple[tuple[int, ...], int, bytes]]:
    """The variables of a file, read by other code than the converter's."""
    at = 4 + 2 + struct.unpack_from("<H", data, 4)[0] + 4
    (count,), at = struct.unpack_from("<I", data, at), at + 4
    found = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name, at = data[at + 2 : at + 1 + length].decode(), at + 2 + length
        rank = data[at]
        shape, at = struct.unpack_from(f"<{rank}I", data, at + 1), at + 1 + 4 * rank
        type_, size = struct.unpack_from("<BI", data, at)
        found[name] = (shape, type_, data[at + 5 : at + 5 + size])
        at += 5 + size
    return found


def one_variable(values: np.ndarray, name: str = "decoder/linear/weight", type_: int = FLOAT16) -> bytes:
    head = struct.pack("<IH12sI", 6, 12, b"WhisperSpec\0", 3)
    return head + struct.pack("<I", 1) + variable(name, values, type_) + struct.pack("<I", 0)


@given(
    st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.floats(-60_000, 60_000, width=16), min_size=columns, max_size=columns), min_size=1, max_size=6
        )
    )
)
def test_each_row_is_scaled_by_its_largest_value(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    values = np.array(rows, "<f2")
    (folder / "f16").write_bytes(one_variable(values))
    convert_to_int8(folder / "f16", folder / "int8")
    found = parse((folder / "int8").read_bytes())
    shape, type_, data = found["decoder/linear/weight"]
    scale = np.frombuffer(found["decoder/linear/weight_scale"][2], "<f4")
    integers = np.frombuffer(data, "<i1").reshape(shape)
    assert (shape, type_) == (values.shape, INT8)
    for row, whole, factor in zip(values.astype(np.float64), integers, scale, strict=True):
        largest = np.abs(row).max()
        assert np.abs(whole).max() == (127 if largest else 0)
        assert factor == pytest.approx(127 / largest if largest else 1, rel=1e-6)
        assert np.allclose(whole / factor, row, atol=0.51 / factor)


@pytest.mark.parametrize("name", ["encoder/conv1/weight", "decoder/layer_norm/beta", "decoder/linear/bias"])
def test_what_stays_a_float_keeps_its_bytes(name: str, tmp_path: Path) -> None:
    content = one_variable(np.arange(12, dtype="<f2").reshape(3, 4), name)
    (tmp_path / "f16").write_bytes(content)
    convert_to_int8(tmp_path / "f16", tmp_path / "int8")
    assert (tmp_path / "int8").read_bytes() == content


@given(st.data())
def test_damaged_file_is_refused_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(weights(rows=4, columns=4))
    aliases = content.index(b"decoder/projection/weight") - 6  # they are copied as they are
    kind = data.draw(st.sampled_from(["cut", "changed"]))
    at = data.draw(st.integers(0, len(content) - 1))
    if kind == "cut":
        del content[at:]
    else:
        content[at] ^= data.draw(st.integers(1, 255))
    (folder / "f16").write_bytes(content)
    try:
        convert_to_int8(folder / "f16", folder / "int8")
    except WeightsError:
        return
    assert kind == "changed" or at >= aliases


def test_other_version_of_the_format_is_named(tmp_path: Path) -> None:
    (tmp_path / "f16").write_bytes(struct.pack("<I", 5) + weights()[4:])
    with pytest.raises(WeightsError, match="binary version 5 instead of 6"):
        convert_to_int8(tmp_path / "f16", tmp_path / "int8")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weight_that_is_no_finite_number_is_refused(value: float, tmp_path: Path) -> None:
    (tmp_path / "f16").write_bytes(one_variable(np.array([[1, 2], [value, 3]], "<f2")))
    with pytest.raises(WeightsError, match="finite"):
        convert_to_int8(tmp_path / "f16", tmp_path / "int8")
