"""The program's icon as Windows (.ico) and macOS (.icns) want it, made of the PNG files of resources/icons. Pure.

Both formats are a table of contents and PNG files (Windows since Vista, macOS since 10.7).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

SIZES = (16, 32, 48, 64, 128, 256, 512)
ICNS_TYPES = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def write(folder: Path, source: Path) -> None:
    """Write both icons into `folder` from the PNG files in `source`."""
    images = {size: (source / f"saywrite-{size}.png").read_bytes() for size in SIZES}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "saywrite.ico").write_bytes(ico(images))
    (folder / "saywrite.icns").write_bytes(icns(images))


def ico(images: Mapping[int, bytes]) -> bytes:
    """An .ico of the images up to 256 pixels, by their size."""
    fitting = {size: image for size, image in sorted(images.items()) if size <= 256}
    header = struct.pack("<HHH", 0, 1, len(fitting))
    entries, data = b"", b""
    for size, image in fitting.items():
        side = size % 256  # 0 means 256
        offset = len(header) + 16 * len(fitting) + len(data)
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(image), offset)
        data += image
    return header + entries + data


def icns(images: Mapping[int, bytes]) -> bytes:
    """An .icns of the images whose size the format has."""
    blocks = b""
    for size, image in sorted(images.items()):
        if size in ICNS_TYPES:
            blocks += ICNS_TYPES[size] + struct.pack(">I", len(image) + 8) + image
    return b"icns" + struct.pack(">I", len(blocks) + 8) + blocks
