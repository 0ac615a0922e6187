"""A power cut: what was not brought to the disk is gone, and the rest is a dictation that can be gone on with.

The dictation writes to a file system of its own. When its process has been killed, the disk behind that file system is
copied: the copy lacks everything that only the system's memory held, as after a power cut.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from saywrite.foundation.paths import default_paths
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import open_recording, scan

if not sys.platform.startswith("linux"):
    pytest.skip("Only on Linux: disks made of files", allow_module_level=True)

SIZE = 64 << 20

LOST_S = 2.0
"""Seconds of sound that a power cut may cost: the disk is asked once a second to keep what it has, and on a loaded
computer that takes its time."""

WRITES = """
import sys, threading
from datetime import datetime
from pathlib import Path
from saywrite.storage.recordings.journal import Header
from saywrite.dictation.persistence.archive import Archive
from saywrite.dictation.persistence.disk_thread import DiskThread
from saywrite.foundation.events import Segment
from saywrite.foundation.paths import default_paths

today = lambda: datetime.now().astimezone()
disk, pause = DiskThread(), threading.Event()
archive = Archive(default_paths(None, Path(sys.argv[1])), disk, lambda message: None, today)
archive.open()
record = archive.record(Header("d1", today(), "en", "local", "microphone"))
block = bytes(range(256)) * 5 # 40 ms
for number in range(1, 10_000):
    record.append(block)
    if number == 50:
        record.add_segment(Segment(1, "Kept words.", "", 0, 16_000))
        record.confirm(16_000)
    done = threading.Event()
    disk.submit(done.set)
    done.wait() # what is printed has been handed to the system
    print(number * len(block) // 2, flush=True)
    pause.wait(0.04)
"""


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[Path]:
    """`commit`: the file system brings nothing to the disk by itself while the test runs."""
    folder.mkdir()
    subprocess.run(["mount", "-o", "loop,commit=600", str(image), str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        pytest.skip("Only on Linux as root with loop devices: a disk of our own is copied")
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(SIZE)
    subprocess.run(["mkfs.ext4", "-q", str(path)], check=True)
    return path


def test_a_power_cut_costs_the_last_seconds_and_no_text(image: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.img"
    with mounted(image, tmp_path / "disk") as disk:
        command = [sys.executable, "-c", WRITES, str(disk / "data")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            written = next(int(line) for line in process.stdout if int(line) > 5 * 16_000)
            process.kill()
        (disk / "after").write_bytes(b"only in memory")
        shutil.copyfile(image, after)
    with mounted(after, tmp_path / "restarted") as disk:
        assert not (disk / "after").exists() or not (disk / "after").read_bytes(), "the copy has what memory held"
        paths = default_paths(None, disk / "data")
        (item,) = scan(paths.recordings)
        assert item.length >= written - LOST_S * 16_000
        with open_recording(paths.recordings / "d1") as recording:
            sound = recording.read(0, item.length)
        assert sound == (bytes(range(256)) * (len(sound) // 256 + 1))[: len(sound)], "sound, not zeros or rubbish"
        assert item.confirmed == 16_000
        store = HistoryStore(paths.history)
        dictated = store.load("d1")
        store.close()
        assert dictated is not None
        assert [segment.text for segment in dictated.segments] == ["Kept words."], "no text, no confirmation"
