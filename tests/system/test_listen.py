"""Dictation on the terminal, for real: a sound server, a microphone, speech, the recognizer, the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests import sounds
from tests.system.lab.program import Events, folders, on_terminal, run, running
from tests.system.lab.sound import SoundLab, label, sound_lab, wait_for
from tests.system.small_disk import small_disk

from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import open_recording, scan
from saywrite.storage.recordings.metadata import load_metadata

DATA = Path(__file__).resolve().parents[1] / "data"

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def lab() -> Iterator[SoundLab]:
    with sound_lab(["desk:48000:2"]) as running_lab:
        yield running_lab


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sentences with a pause between, as a WAV file."""
    return sounds.write_wav(tmp_path_factory.mktemp("speech") / "two.wav", sounds.speech("two_sentences"))


def words(text: str) -> set[str]:
    return set(text.lower().replace(",", "").replace(".", "").split())


def finished_id(saywrite: Events) -> str:
    return str(saywrite.wait("started")["dictation"])


def test_speech_becomes_text_and_the_first_interrupt_ends_it_properly(
    lab: SoundLab, speech: Path, tmp_path: Path
) -> None:
    with running("listen", at=tmp_path, env=lab.env) as saywrite:
        saywrite.wait("state", state="listening")
        lab.play("desk", speech)
        saywrite.wait("final")
        saywrite.process.send_signal(signal.SIGINT)
        assert saywrite.end() == 0
    finished = saywrite.wait("finished")
    assert {"people", "city", "train", "work", "house", "river"} <= words(finished["text"])
    assert finished["pending_s"] == 0
    assert [line["segment"] for line in saywrite.all("final")] == [1, 2]
    first, second = saywrite.all("final")
    assert 0 < first["start"] < first["end"] <= second["start"] < second["end"] <= finished["heard_s"]
    assert saywrite.wait("partial")
    assert [line["state"] for line in saywrite.all("state")] == ["starting", "listening", "finishing", "idle"]
    logged = words(" ".join(path.read_text("utf-8") for path in (tmp_path / "data" / "logs").iterdir()))
    assert "listening" in logged
    assert not logged & {"people", "train", "river"}, "what was said is in no log"


def test_finals_are_lines_on_standard_output_and_the_rest_is_on_standard_error(
    lab: SoundLab, speech: Path, tmp_path: Path
) -> None:
    with on_terminal("listen", at=tmp_path, env=lab.env) as terminal:
        terminal.wait_for_error("Listening")
        lab.play("desk", speech)
        terminal.wait_for_output("people")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 0
    # A sound server that answers late leaves the device's own name, "default".
    assert any(f"Microphone: {name}." in "".join(terminal.errors) for name in (label("desk"), "default"))
    assert "people" not in "".join(terminal.errors)
    assert "Listening" not in "".join(terminal.output)


def test_without_the_model_speech_is_recorded_and_the_remedy_reported(
    lab: SoundLab, speech: Path, tmp_path: Path
) -> None:
    player = lab.play("desk", speech, wait=False)
    done = run("listen", "--model", "whisper-large-v3-turbo", "--seconds", "5", at=tmp_path, env=lab.env)
    player.wait(30)
    assert (done.returncode, done.stdout) == (1, "")
    assert "saywrite models download whisper-large-v3-turbo" in done.stderr
    (item,) = scan(tmp_path / "data" / "recordings")
    assert item.length >= 4 * 16_000
    assert (item.confirmed, item.waits) == (0, True)


def test_after_kill_9_everything_up_to_the_last_second_is_there_to_be_transcribed(
    lab: SoundLab, speech: Path, tmp_path: Path
) -> None:
    with running("listen", at=tmp_path, env=lab.env) as saywrite:
        saywrite.wait("state", state="listening")
        lab.play("desk", speech)
        saywrite.wait("final")
        (folder,) = (tmp_path / "data" / "recordings").iterdir()
        wait_for(lambda: load_metadata(folder)[0].confirmed, "nothing is confirmed on disk")
        heard = saywrite.all("progress")[-1]["heard_s"]
        workers = psutil.Process(saywrite.process.pid).children(recursive=True)
        saywrite.process.kill()
        saywrite.end()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive, "the recognizer's process ends with its parent"
    (item,) = scan(tmp_path / "data" / "recordings")
    assert item.length / 16_000 >= heard - 1.0
    assert 0 < item.confirmed < item.length
    store = HistoryStore(tmp_path / "data" / "history.sqlite3")
    assert "people" in store.load(item.dictation).segments[0].text
    store.close()


def test_a_full_disk_is_reported_and_costs_no_text(lab: SoundLab, speech: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size=2 << 20) as disk:
        with running("listen", at=disk.path, env=lab.env) as saywrite:
            saywrite.wait("state", state="listening")
            wait_for(lambda: list(disk.path.glob("data/recordings/*/audio.pcm")), "no recording")
            disk.fill()
            lab.play("desk", speech)
            assert "full" in saywrite.wait("error", fatal=False)["what"]
            saywrite.wait("final")
            disk.free()
            saywrite.process.send_signal(signal.SIGTERM)
            assert saywrite.end() == 0
        finished = saywrite.wait("finished")
        assert {"people", "river"} <= words(finished["text"])
        (folder,) = (disk.path / "data" / "recordings").iterdir()
        with open_recording(folder) as recording:
            assert recording.length / 16_000 == pytest.approx(finished["heard_s"], abs=0.001)
        store = HistoryStore(disk.path / "data" / "history.sqlite3")
        assert [segment.number for segment in store.load(finished_id(saywrite)).segments] == [1, 2]
        store.close()


def test_a_read_only_folder_is_reported_and_dictation_continues(lab: SoundLab, speech: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        disk.make_read_only()
        with on_terminal("listen", at=disk.path, env=lab.env) as terminal:
            terminal.wait_for_error("Listening")
            lab.play("desk", speech)
            terminal.wait_for_output("people")
            terminal.process.send_signal(signal.SIGINT)
            terminal.end()
    assert terminal.process.returncode == 1
    assert "read-only" in "".join(terminal.errors)
    assert "Nothing of this dictation is kept." in "".join(terminal.errors)


def test_a_full_disk_behind_standard_output_ends_a_dictation_and_keeps_what_was_said(
    lab: SoundLab, speech: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "saywrite", "listen", *folders(tmp_path)]
    env = {**os.environ, **lab.env}
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(command, env=env, stdout=full, stderr=subprocess.PIPE, text=True) as process,
    ):
        assert process.stderr is not None
        assert "Microphone" in process.stderr.readline() + process.stderr.readline()
        lab.play("desk", speech)
        assert process.wait(60) == 1
        assert "Standard output cannot be written: No space left" in process.stderr.read()
    store = HistoryStore(tmp_path / "data" / "history.sqlite3")
    (summary,) = store.recent(2)
    assert store.load(summary.dictation).segments
    store.close()


def test_reader_that_closes_the_pipe_ends_a_dictation_before_the_next_text(lab: SoundLab, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "saywrite", "listen", *folders(tmp_path)]
    env = {**os.environ, **lab.env}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "Microphone" in process.stderr.readline() + process.stderr.readline()
        process.stdout.close()
        assert process.wait(10) == 1
        assert "Standard output was closed" in process.stderr.read()


def test_a_named_microphone_is_used_and_an_unknown_one_is_answered_with_those_there(
    lab: SoundLab, tmp_path: Path
) -> None:
    done = run("listen", "--seconds", "1", "--device", "desk", at=tmp_path, env=lab.env)
    assert done.returncode == 0
    assert "No speech was heard" in done.stderr
    done = run("listen", "--seconds", "1", "--device", "Studio", at=tmp_path, env=lab.env)
    assert done.returncode == 1
    assert "There is no microphone called Studio. Connected now: Desk." in done.stderr


def test_without_any_microphone_it_fails_with_the_remedy(tmp_path: Path) -> None:
    with sound_lab([], speaker=True) as empty:
        done = run("listen", "--seconds", "1", at=tmp_path, env=empty.env)
    assert done.returncode == 1
    assert "There is no microphone" in done.stderr
    assert not list((tmp_path / "data" / "recordings").glob("*"))


def test_unplugged_in_mid_dictation_it_continues_with_another_and_takes_the_first_back(
    speech: Path, tmp_path: Path
) -> None:
    with (
        sound_lab(["headset:48000:1", "builtin:48000:2"]) as lab,
        running("listen", "--device", "headset", at=tmp_path, env=lab.env) as saywrite,
    ):
        saywrite.wait("state", state="listening")
        lab.remove("headset")
        assert "unplugged" in saywrite.wait("source", device=label("builtin"))["note"]
        lab.play("builtin", speech)
        lab.add("headset:48000:1")
        wait_for(lambda: saywrite.all("source")[-1]["device"] == label("headset"), "not back")
        lab.play("headset", speech)
        wait_for(lambda: len(saywrite.all("final")) >= 4, "not all utterances")
        saywrite.process.send_signal(signal.SIGINT)
        assert saywrite.end() == 0
    finished = saywrite.wait("finished")
    assert sum(gap["length_s"] for gap in saywrite.all("gap")) < 3
    assert finished["text"].lower().count("river") == 2
    assert finished["pending_s"] == 0


def test_doctor_passes_its_self_test_and_sees_the_microphone(lab: SoundLab, tmp_path: Path) -> None:
    done = run("doctor", "--self-test", at=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "expected words" in done.stdout
    done = run("doctor", at=tmp_path, env=lab.env)
    assert done.returncode == 0
    assert "1 found; the default is Desk." in done.stdout
    done = run("doctor", "--json", at=tmp_path)
    assert done.returncode == 1, "no microphone stops dictation"
    assert '"name": "microphone"' in done.stdout


def test_quitting_leaves_no_child_even_when_the_recognizer_hangs_in_an_utterance(
    lab: SoundLab, speech: Path, tmp_path: Path
) -> None:
    with running("listen", at=tmp_path, env=lab.env) as saywrite:
        saywrite.wait("state", state="listening")
        lab.play("desk", speech, wait=False)
        # Within an utterance; a busy machine decodes no partial of it.
        wait_for(lambda: any(x["sent_s"] - x["confirmed_s"] > 1.5 for x in saywrite.all("progress")), "nobody speaks")
        (worker,) = psutil.Process(saywrite.process.pid).children(recursive=True)
        worker.suspend()
        saywrite.process.send_signal(signal.SIGINT)
        saywrite.wait("state", state="finishing")
        saywrite.process.send_signal(signal.SIGINT)
        assert saywrite.end() == 130
        _, alive = psutil.wait_procs([worker], timeout=20)
        assert not alive
    (item,) = scan(tmp_path / "data" / "recordings")
    assert item.length > item.confirmed, "what had no text yet is offered at the next start"
