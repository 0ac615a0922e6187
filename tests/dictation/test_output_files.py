"""`--output`: what it never destroys, where each text goes, and what is written into instead of replaced."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.cli.output_files import choose_targets, unique_names, write_target
from saywrite.foundation.errors import OutputUnwritable

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux: /dev and pipes by name")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "in.flac"
    path.write_bytes(b"fLaC and more")
    return path


def refused(output: Path, *inputs: Path, protected: tuple[Path, ...] = ()) -> str:
    with pytest.raises(OutputUnwritable) as error:
        choose_targets(output, inputs, "txt", "dictation", protected)
    return str(error.value)


def test_an_input_is_not_written_over_under_any_of_its_names(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(sound)
    (tmp_path / "link to link").symlink_to("link")
    (tmp_path / "hard").hardlink_to(sound)
    (tmp_path / "folder").symlink_to(tmp_path)
    for name in ("in.flac", "./in.flac", "link", "link to link", "hard", "folder/in.flac"):
        assert "is one of the inputs" in refused(tmp_path / name, sound)
    assert "is one of the inputs" in refused(sound, tmp_path / "hard")
    assert sound.read_bytes() == b"fLaC and more"


def test_other_files_that_the_command_reads_are_not_written_over(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "keywords.csv").write_text("a,b")
    assert "is one of the inputs" in refused(
        tmp_path / "keywords.csv", sound, protected=(tmp_path / "keywords.csv", tmp_path / "missing")
    )


def test_a_file_made_in_a_folder_is_not_an_input_either(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(b"raw sound")
    assert "is one of the inputs" in refused(tmp_path, tmp_path / "a.txt", tmp_path / "b.txt")


def test_two_inputs_of_one_name_have_two_targets(tmp_path: Path) -> None:
    inputs = [tmp_path / name for name in ("a/x.flac", "b/x.flac", "x.mp3", "x-2.wav", "X.ogg", "a/x.flac")]
    targets = choose_targets(tmp_path / "o", inputs, "srt", "")
    assert [path.name for path in targets] == ["x.srt", "x-2.srt", "x-3.srt", "x-2-2.srt", "X-4.srt", "x-5.srt"]
    assert {path.parent for path in targets} == {tmp_path / "o"}


@given(st.lists(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=300), max_size=8))
def test_names_are_unique_and_short_enough_for_any_file_system(stems: list[str]) -> None:
    names = unique_names(stems, "json")
    assert len({name.casefold() for name in names}) == len(stems)
    assert all(len(os.fsencode(name)) <= 255 for name in names)


def test_letters_composed_in_two_ways_are_one_name() -> None:
    assert unique_names(["e\u0301", "\u00e9"], "txt")[1] == "\u00e9-2.txt"


def test_a_file_cannot_hold_the_texts_of_two_inputs(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "o.txt").write_text("old")
    assert "Name a folder" in refused(tmp_path / "o.txt", sound, tmp_path / "b.flac")
    assert (tmp_path / "o.txt").read_text() == "old"


def test_an_existing_folder_means_a_file_in_it(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    assert choose_targets(tmp_path / "one", [sound], "vtt", "") == (tmp_path / "one" / "in.vtt",)
    assert choose_targets(tmp_path / "one", [], "txt", "dictation-1") == (tmp_path / "one" / "dictation-1.txt",)
    (tmp_path / "one" / "in.txt").mkdir()
    assert "is a folder" in refused(tmp_path / "one", sound)


def test_a_target_is_checked_before_the_work(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "file" / "below.txt", tmp_path / ("n" * 256), tmp_path / ("n" * 256) / "x.txt"):
        assert "cannot be written" in refused(target, sound)
    choose_targets(tmp_path / ("n" * 251 + ".txt"), [sound], "txt", "")
    choose_targets(tmp_path / "new" / "folders" / "x.txt", [sound], "txt", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "in.flac"], "looking leaves nothing behind"


@linux
def test_folder_that_cannot_be_written_is_refused_before_the_work(sound: Path, tmp_path: Path) -> None:
    assert "cannot be written" in refused(Path("/proc/new.txt"), sound)


def test_a_new_file_has_the_mode_of_the_umask_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Only on systems with modes")
    before = os.umask(0o027)
    try:
        write_target(tmp_path / "deep" / "new", b"text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "deep" / "new").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o750
    for mode in (0o600, 0o664, 0o755):
        target = tmp_path / f"{mode:o}"
        target.write_text("a much longer text than the new one")
        target.chmod(mode)
        write_target(target, b"text")
        assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"text", mode)


def test_a_link_stays_a_link_and_hard_links_stay_one_file(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("old")
    (tmp_path / "link").symlink_to("there")
    (tmp_path / "dangling").symlink_to("later")
    (tmp_path / "hard").write_text("a longer old text")
    (tmp_path / "other name").hardlink_to(tmp_path / "hard")
    for name in ("link", "dangling", "hard"):
        choose_targets(tmp_path / name, [], "txt", "")
        write_target(tmp_path / name, b"new")
    assert [(tmp_path / name).read_text() for name in ("there", "later", "other name")] == ["new"] * 3
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "dangling").is_symlink()
    assert not list(tmp_path.glob(".saywrite*"))


@linux
def test_a_device_is_written_into_and_stays_one(sound: Path) -> None:
    for name in ("/dev/null", "/dev/full"):
        assert choose_targets(Path(name), [sound, sound], "txt", "") == (Path(name),) * 2
    write_target(Path("/dev/null"), b"text")
    with pytest.raises(OutputUnwritable, match="No space left"):
        write_target(Path("/dev/full"), b"text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@linux
def test_a_pipe_by_name_is_written_into_once_it_is_read(sound: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    choose_targets(pipe, [sound], "txt", "")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_target(pipe, b"x" * 200_000)
    reader.join()
    assert read == [b"x" * 200_000]
    assert pipe.is_fifo()


@linux
def test_pipe_without_a_reader_is_waited_for_until_a_signal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    looks = iter((False, False, True))
    with pytest.raises(OutputUnwritable, match="Nobody has read"):
        write_target(tmp_path / "pipe", b"text", lambda: next(looks))


@linux
def test_the_names_of_an_open_file_write_where_it_stands(tmp_path: Path) -> None:
    """As `{ echo head; saywrite … --output /dev/stdout; } > file`: neither replaced nor written over."""
    with (tmp_path / "file").open("w+b") as file:
        file.write(b"head\n")
        file.flush()
        (tmp_path / "link").symlink_to(f"/proc/self/fd/{file.fileno()}")
        for target in (Path(f"/dev/fd/{file.fileno()}"), Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")):
            choose_targets(target, [], "txt", "")
            write_target(target, b"text\n")
        write_target(tmp_path / "link", b"end\n")
        assert "is one of the inputs" in refused(Path(f"/dev/fd/{file.fileno()}"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"head\ntext\ntext\nend\n"
    for number in ("987", "99999999999", "9" * 30):
        assert "cannot be written" in refused(Path(f"/dev/fd/{number}"))


@linux
def test_a_socket_is_refused(tmp_path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        assert "is a socket" in refused(tmp_path / "s")
