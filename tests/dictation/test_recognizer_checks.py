"""What the doctor says of processor, model and memory, with a remedy for each problem."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.speech.local.small_model import SmallModel

from saywrite.cli.doctor.recognizer_checks import available_memory, check_memory, check_model, check_processor
from saywrite.speech.local.model_store.folder import write_stamp
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.local.models import MODELS, WEIGHTS


@pytest.mark.parametrize(
    ("machine", "flags", "ok", "words"),
    [
        ("x86_64", "fpu sse4_1 avx avx2 avx512f", True, "AVX512"),
        ("AMD64", "fpu sse4_1 avx avx2", True, "AVX2"),
        ("x86_64", "fpu sse4_1 avx", True, "not AVX2"),
        ("x86_64", "fpu sse4_1", None, "no AVX"),
        ("x86_64", "fpu", False, "too old"),
        ("aarch64", "", True, "aarch64"),
    ],
)
def test_processor_is_judged_by_its_instructions(machine: str, flags: str, ok: bool | None, words: str) -> None:
    check = check_processor(machine, f"processor: 0\nflags\t\t: {flags}\nbugs: none\n" if flags else "")
    assert check.ok is ok
    assert words in check.what
    assert bool(check.remedy) is (ok is not True)


def test_processor_that_is_not_described_is_no_problem() -> None:
    assert check_processor("x86_64", "").ok is True


def test_memory_is_compared_with_what_is_free() -> None:
    assert check_memory(MODELS[0], 300_000_000).ok is True
    low = check_memory(MODELS[2], 1_599_999_999)
    assert low.ok is None
    assert low.what == "Whisper large v3 turbo takes 1,600 MB at work; 1,600 MB are free."
    assert "smaller model" in low.remedy
    assert check_memory(MODELS[0], None).ok is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [("MemTotal: 9 kB\nMemAvailable:    2048 kB\n", 2_097_152), ("MemAvailable: rubbish\n", None), ("", None)],
)
@pytest.mark.skipif(os.name == "nt", reason="Only on POSIX: Windows is asked itself")
def test_available_memory_is_read_from_the_system(text: str, expected: int | None) -> None:
    assert available_memory(text) == expected


@pytest.fixture
def small(tmp_path: Path) -> SmallModel:
    return SmallModel(tmp_path)


@pytest.fixture
def store(tmp_path: Path, small: SmallModel) -> ModelStore:
    return ModelStore(tmp_path / "data", [small.model])


def install(tmp_path: Path, small: SmallModel) -> Path:
    folder = tmp_path / "data/models/small-model"
    folder.mkdir(parents=True)
    for name, content in small.installed.items():
        (folder / name).write_bytes(content)
    write_stamp(small.model, folder, StopTransfer())
    return folder


def test_absent_model_is_named_with_the_command_that_brings_it(store: ModelStore) -> None:
    check = check_model(store, "small-model")
    assert check.ok is None
    assert "saywrite models download small-model" in check.remedy


def test_whole_model_is_fine(store: ModelStore, small: SmallModel, tmp_path: Path) -> None:
    install(tmp_path, small)
    assert check_model(store, "small-model").ok is True


def test_damaged_model_is_named_and_left_as_it_is(store: ModelStore, small: SmallModel, tmp_path: Path) -> None:
    folder = install(tmp_path, small)
    (folder / WEIGHTS).write_bytes(bytes(len(small.converted)))
    check = check_model(store, "small-model")
    assert check.ok is False
    assert "model.bin" in check.what
    assert (folder / WEIGHTS).exists()


def test_model_whose_damage_shows_only_when_it_is_read_is_to_be_verified_first(
    store: ModelStore, small: SmallModel, tmp_path: Path
) -> None:
    """A download does nothing while the damaged file has its size and time."""
    path = install(tmp_path, small) / WEIGHTS
    before = path.stat()
    path.write_bytes(bytes(len(small.converted)))
    check = check_model(store, "small-model")
    assert check.remedy == "saywrite models download small-model"
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    check = check_model(store, "small-model")
    assert check.remedy == "saywrite models verify small-model, then: saywrite models download small-model"


def test_whole_model_of_the_installation_stands_in_for_a_damaged_download(
    small: SmallModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = install(tmp_path / "installation", small).parent
    monkeypatch.setattr("saywrite.speech.local.models.shipped_model_folders", lambda: (shipped,))
    (install(tmp_path, small) / WEIGHTS).write_bytes(b"short")
    check = check_model(ModelStore(tmp_path / "data", [small.model]), "small-model")
    assert check.ok is True
    assert str(shipped) in check.what


def test_copied_model_is_to_be_verified(store: ModelStore, small: SmallModel, tmp_path: Path) -> None:
    os.utime(install(tmp_path, small) / WEIGHTS)
    check = check_model(store, "small-model")
    assert check.ok is None
    assert check.remedy == "saywrite models verify small-model"
