"""Downloads of recognition models in processes of their own: killed, interrupted, two at once, on full disks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.speech.local.model_server import Behavior, ModelServer, serve
from tests.speech.local.small_model import SmallModel
from tests.system.small_disk import small_disk

from saywrite.foundation.errors import ModelDamaged, ModelUnwritable
from saywrite.speech.local.model_store import transfer
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import WebSource
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.local.models import STAMP, WEIGHTS
from saywrite.speech.network.network import Network

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def small(tmp_path: Path) -> SmallModel:
    return SmallModel(tmp_path)


@pytest.fixture
def server(small: SmallModel) -> Iterator[ModelServer]:
    with serve(small.at("small-model")) as running:
        yield running


@contextmanager
def download(tmp_path: Path, server: ModelServer) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "tests.speech.local.download_program"]
    work = tmp_path / f"work{len(list(tmp_path.iterdir()))}"
    work.mkdir()
    with subprocess.Popen(
        [*command, str(work), server.address, str(tmp_path / "data")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "app"), str(ROOT)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def assert_complete(tmp_path: Path, small: SmallModel) -> None:
    folder = tmp_path / "data/models/small-model"
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != STAMP} == small.installed
    assert not folder.with_name("small-model.part").exists()


def part_of(tmp_path: Path) -> Path:
    return tmp_path / "data/models/small-model.part" / f"{WEIGHTS}.part"


def test_killed_download_continues_where_it_ended(tmp_path: Path, small: SmallModel, server: ModelServer) -> None:
    # The second connection begins when the bytes of the first one are on disk; the process dies while it hangs.
    server.one_by_one[WEIGHTS] = [Behavior(cut_after=9_000), Behavior(stall_after=0)]
    with download(tmp_path, server) as process:
        assert server.wait_until_asked(WEIGHTS, 9_000, 30)
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = part_of(tmp_path).stat().st_size
    assert kept >= 9_000
    assert not (tmp_path / "data/models/small-model").exists()
    with download(tmp_path, server) as process:
        assert process.wait(30) == 0
    assert_complete(tmp_path, small)
    assert server.offsets(WEIGHTS)[-1] == kept


def test_interrupted_download_says_so_and_keeps_what_has_arrived(
    tmp_path: Path, small: SmallModel, server: ModelServer
) -> None:
    server.behavior[WEIGHTS] = Behavior(times=1, stall_after=5_000)
    with download(tmp_path, server) as process:
        assert server.stalled.wait(30)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "What has arrived is kept" in err
    assert "Traceback" not in err
    with download(tmp_path, server) as process:
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "small-model: ready" in out
    assert "Small model: " in err
    assert_complete(tmp_path, small)


def test_two_processes_at_once_download_it_once(tmp_path: Path, small: SmallModel, server: ModelServer) -> None:
    server.behavior[WEIGHTS] = Behavior(times=1, stall_after=5_000)
    with download(tmp_path, server) as first:
        assert server.stalled.wait(30)
        with download(tmp_path, server) as second:
            assert second.stderr is not None
            assert "another Saywrite is downloading it" in second.stderr.readline()
            server.released.set()
            assert first.wait(30) == 0
            assert second.wait(30) == 0
    assert_complete(tmp_path, small)
    assert len(server.offsets("config.json")) == 1


def fetch(store: ModelStore, server: ModelServer) -> Path:
    stop = StopTransfer()
    return store.download("small-model", [WebSource(server.address, HttpFiles(Network(), stop))], stop)


def test_disk_that_fills_up_is_named_and_leaves_no_model(
    tmp_path: Path, small: SmallModel, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "RESERVE", 0)
    with small_disk(tmp_path / "disk") as disk:
        store = ModelStore(disk.path, [small.model])
        monkeypatch.setattr(transfer, "require_space", lambda folder, needed: None)
        monkeypatch.setattr("saywrite.speech.local.model_store.store.require_space", lambda folder, needed: None)
        disk.fill(leave=16_384)
        with pytest.raises(ModelUnwritable, match="disk is full") as caught:
            fetch(store, server)
        assert "Free some space" in caught.value.remedy
        assert store.folder(small.model) is None
        disk.free()
        assert fetch(store, server) == disk.path / "models/small-model"


def test_download_stops_before_it_takes_the_space_of_recordings(
    tmp_path: Path, small: SmallModel, server: ModelServer
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        store = ModelStore(disk.path, [small.model])
        with pytest.raises(ModelUnwritable, match=r"50 MB are needed, 1 MB are free"):
            fetch(store, server)
        assert server.asked == []


def test_read_only_folder_is_named(tmp_path: Path, small: SmallModel, server: ModelServer) -> None:
    with small_disk(tmp_path / "disk") as disk:
        disk.make_read_only()
        with pytest.raises(ModelUnwritable, match="is on a read-only disk") as caught:
            fetch(ModelStore(disk.path, [small.model]), server)
        assert "writable" in caught.value.remedy


def test_whole_model_on_a_read_only_disk_is_verified(
    tmp_path: Path, small: SmallModel, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "RESERVE", 0)
    with small_disk(tmp_path / "disk") as disk:
        store = ModelStore(disk.path, [small.model])
        folder = fetch(store, server)
        disk.make_read_only()
        assert store.verify("small-model", StopTransfer()) == folder


@pytest.mark.parametrize("own", [True, False], ids=["downloaded", "installed"])
def test_damaged_model_that_cannot_be_removed_is_not_said_to_be_unused(
    own: bool, tmp_path: Path, small: SmallModel, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "RESERVE", 0)
    with small_disk(tmp_path / "disk") as disk:
        path = fetch(ModelStore(disk.path, [small.model]), server) / "config.json"
        before = path.stat()
        path.write_bytes(b'{"b": 1}')
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        disk.make_read_only()
        monkeypatch.setattr("saywrite.speech.local.models.shipped_model_folders", lambda: (disk.path / "models",))
        store = ModelStore(disk.path if own else tmp_path / "empty", [small.model])
        with pytest.raises(ModelDamaged) as caught:
            store.verify("small-model", StopTransfer())
        assert store.folder(small.model) == path.parent, "it is still used"
        assert "no longer used" not in caught.value.what
        assert ("Make it writable" if own else "Install Saywrite again") in caught.value.remedy
