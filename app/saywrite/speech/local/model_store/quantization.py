"""Converts CTranslate2 weights from 16-bit floats to 8-bit integers.

The result is exactly what CTranslate2 makes of the floats when it loads them, but the file is half as large and loads
in less than half the time. Reads and writes in steps of 8 million values, so that the largest model needs no more
memory than the smallest. Any thread; numpy lets other threads run meanwhile.

Layout of a file (binary version 6, little endian; ctranslate2/specs/model_spec.py, `_serialize`): version u32, name of
the model, its revision u32, number of variables u32, then each with name, rank u8, dimensions u32, type u8, number of
bytes u32, data; then the aliases. A name is its length as u16, then its bytes with a zero byte at the end. Types:
0 float32, 1 int8, 4 float16.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

_FLOAT32, _INT8, _FLOAT16 = 0, 1, 4  # `DataType` of CTranslate2
_BINARY_VERSION = 6  # of `model.bin`; others may have another layout
_LARGEST = 127.0  # −128 is left out, so that the scale is symmetric
_VALUES_AT_ONCE = 8_000_000  # 32 MB of float32


class WeightsError(ValueError):
    """The file is not in the layout of CTranslate2 weights in 16-bit floats."""


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    shape: tuple[int, ...]
    type: int
    offset: int
    size: int

    @property
    def is_quantizable(self) -> bool:
        """As CTranslate2 decides: every weight but those of the convolutions, which stay floats on processors."""
        return self.type == _FLOAT16 and self.name.endswith("weight") and "encoder/conv" not in self.name


def convert_to_int8(
    source: Path, target: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Write `target` from `source`. Raises OSError and WeightsError.

    `progress`: called with the bytes of the source that are converted, and all of them.
    """
    total = source.stat().st_size
    with source.open("rb") as stream, target.open("wb") as out:
        head, variables, aliases = _read_layout(stream, total)
        out.write(head)
        out.write(struct.pack("<I", sum(2 if variable.is_quantizable else 1 for variable in variables)))
        for variable in variables:
            if variable.is_quantizable:
                _write_quantized(stream, variable, out)
            else:
                stream.seek(variable.offset)
                _write_header(out, variable.name, variable.shape, variable.type, variable.size)
                out.write(_read(stream, variable.size))
            progress(variable.offset + variable.size, total)
        out.write(aliases)


def _read_layout(stream: BinaryIO, total: int) -> tuple[bytes, list[_Variable], bytes]:
    """The bytes before the number of variables, the variables, and the aliases as they are."""
    (version,) = _unpack(stream, "<I")
    if version != _BINARY_VERSION:
        raise WeightsError(f"binary version {version} instead of {_BINARY_VERSION}")
    _read_name(stream)
    stream.seek(4, 1)
    end_of_head = stream.tell()
    (count,) = _unpack(stream, "<I")
    variables = list(_read_variables(stream, count, total))
    aliases = stream.read()
    stream.seek(0)
    return _read(stream, end_of_head), variables, aliases


def _read_variables(stream: BinaryIO, count: int, total: int) -> Iterator[_Variable]:
    for _ in range(count):
        name = _read_name(stream)
        (rank,) = _unpack(stream, "<B")
        shape = _unpack(stream, f"<{rank}I")
        type_, size = _unpack(stream, "<BI")
        variable = _Variable(name, shape, type_, stream.tell(), size)
        if variable.offset + size > total:
            raise WeightsError(f"{name} ends behind the end of the file")
        if variable.is_quantizable and (rank < 2 or size != 2 * int(np.prod(shape, dtype=np.int64))):
            raise WeightsError(f"{name} is no matrix of 16-bit floats")
        yield variable
        stream.seek(size, 1)


def _write_quantized(stream: BinaryIO, variable: _Variable, out: BinaryIO) -> None:
    """The matrix, each row scaled so that its largest value becomes ±127, and the scales."""
    rows = variable.shape[0]
    columns = variable.size // 2 // max(rows, 1)
    scales = np.empty(rows, np.float32)
    _write_header(out, variable.name, variable.shape, _INT8, rows * columns)
    stream.seek(variable.offset)
    step = max(1, _VALUES_AT_ONCE // max(columns, 1))
    for first in range(0, rows, step):
        count = min(step, rows - first)
        halves = np.frombuffer(_read(stream, 2 * count * columns), "<f2").reshape(count, columns)
        values, scale = _quantize(halves.astype(np.float32))
        scales[first : first + count] = scale
        out.write(values.tobytes())
    _write_header(out, f"{variable.name}_scale", (rows,), _FLOAT32, 4 * rows)
    out.write(scales.astype("<f4").tobytes())


def _quantize(rows: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    largest = np.abs(rows).max(axis=1, initial=0.0)
    if not np.isfinite(largest).all():
        raise WeightsError("a weight is no finite number")
    # A row of zeros keeps the scale 1, as in ctranslate2/src/ops/quantize_cpu.cc.
    scales = np.where(largest > 0, np.float32(_LARGEST) / np.where(largest > 0, largest, 1), 1).astype(np.float32)
    return np.rint(rows * scales[:, None]).astype(np.int8), scales


def _write_header(out: BinaryIO, name: str, shape: tuple[int, ...], type_: int, size: int) -> None:
    raw = name.encode("utf-8") + b"\0"
    out.write(struct.pack(f"<H{len(raw)}sB{len(shape)}IBI", len(raw), raw, len(shape), *shape, type_, size))


def _read_name(stream: BinaryIO) -> str:
    (length,) = _unpack(stream, "<H")
    try:
        return _read(stream, length).rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        raise WeightsError("a name is no text") from None


def _unpack(stream: BinaryIO, format_: str) -> tuple[int, ...]:
    return struct.unpack(format_, _read(stream, struct.calcsize(format_)))


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise WeightsError("the file ends too early")
    return data
