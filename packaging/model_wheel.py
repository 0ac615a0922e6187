"""Builds the data wheel of the recognition model: `pip install` of it and of the application needs no download.

    python packaging/model_wheel.py MODEL_FOLDER DIST_FOLDER

The wheel holds the converted files, which are checked before, and the licenses. pip puts them into
`<prefix>/share/saywrite/models/<id>/`, where the application looks. The same input gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.speech.local.models import get_model

ROOT = Path(__file__).resolve().parent.parent
NAME, VERSION = "saywrite_model_base", "1.0.0"
INFO = f"{NAME}-{VERSION}.dist-info"
DATA = f"{NAME}-{VERSION}.data/data/share/saywrite/models/{DEFAULT_MODEL}"
LICENSES = ("Whisper-MIT.txt", "faster-whisper-MIT.txt")
LARGEST = 100_000_000
"""Bytes of a file that the Python package index takes without being asked."""

METADATA = f"""\
Metadata-Version: 2.4
Name: {NAME.replace("_", "-")}
Version: {VERSION}
Summary: The recognition model of Saywrite: Whisper base with 8-bit integers, as data
License-Expression: MIT
License-File: Whisper-MIT.txt
License-File: faster-whisper-MIT.txt
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: saywrite\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
EARLIEST = (1980, 1, 1, 0, 0, 0)


def files(model_folder: Path) -> Iterator[tuple[str, bytes]]:
    """Path in the wheel and content of every file but the record. Raises ValueError for a damaged model."""
    model = get_model(DEFAULT_MODEL)
    assert model is not None
    for file in model.files:
        content = (model_folder / file.name).read_bytes()
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise ValueError(f"{model_folder / file.name} is not the file of the catalog")
        yield f"{DATA}/{file.name}", content
    for name in LICENSES:
        text = (ROOT / "resources/licenses" / name).read_bytes()
        yield f"{DATA}/{name}", text
        yield f"{INFO}/licenses/{name}", text
    yield f"{INFO}/METADATA", METADATA.encode()
    yield f"{INFO}/WHEEL", WHEEL.encode()


def build(model_folder: Path, dist: Path) -> Path:
    """Write the wheel into `dist`; its path. Raises OSError and ValueError."""
    dist.mkdir(parents=True, exist_ok=True)
    path = dist / f"{NAME}-{VERSION}-py3-none-any.whl"
    unfinished = path.with_suffix(".part")
    record = ""
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
        for name, content in files(model_folder):
            _write(wheel, name, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(content)}\n"
        _write(wheel, f"{INFO}/RECORD", f"{record}{INFO}/RECORD,,\n".encode())
    if unfinished.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has more than {LARGEST} bytes")
    unfinished.replace(path)
    return path


def _write(wheel: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, EARLIEST)
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    wheel.writestr(info, content, compresslevel=9)


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), Path(sys.argv[2])))
