"""Files through the whole pipeline, with the real recognizer: every format, and every kind of bad file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import py_nanotts
import pytest
from tests import sounds
from tests.system.lab.program import run, running

DATA = Path(__file__).resolve().parents[1] / "data"

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same sentence in every format, at several rates and channel counts, and some that are no sound."""
    folder = tmp_path_factory.mktemp("files")
    sound = sounds.speech("weather")
    mono = sound[:, None]
    twice = np.repeat(sound, 3)
    sounds.write_wav(folder / "stereo48.wav", np.column_stack([twice, twice]), 48_000)
    (folder / "mono.flac").write_bytes(sounds.encode(mono, 16_000, "flac"))
    (folder / "speech.ogg").write_bytes(sounds.encode(mono, 16_000, "ogg"))
    (folder / "speech.mp3").write_bytes(sounds.encode(mono, 16_000, "mp3"))
    (folder / "speech.pcm").write_bytes(sound.tobytes())
    (folder / "empty.wav").write_bytes(b"")
    (folder / "letter.mp3").write_text("Dear reader, this is not a sound.")
    whole = (folder / "stereo48.wav").read_bytes()
    (folder / "truncated.wav").write_bytes(whole[: len(whole) * 3 // 4])
    return folder


def test_every_format_gives_the_same_sentence(files: Path, tmp_path: Path) -> None:
    names = ("stereo48.wav", "mono.flac", "speech.ogg", "speech.mp3", "speech.pcm")
    done = run("transcribe", *(files / name for name in names), at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.lower().count("weather") == len(names)
    assert [line for line in done.stderr.splitlines() if line.endswith(":")] == [f"{files / n}:" for n in names]
    assert not (tmp_path / "data" / "recordings").exists(), "the file itself is the recording"


def test_a_bad_file_fails_alone_with_its_reason(files: Path, tmp_path: Path) -> None:
    bad = ("empty.wav", "letter.mp3", "missing.wav", ".")
    done = run("transcribe", *(files / name for name in bad), files / "mono.flac", at=tmp_path)
    assert done.returncode == 1
    assert "weather" in done.stdout.lower()
    reasons = [line for line in done.stderr.splitlines() if line.startswith("saywrite:")]
    assert len(reasons) == len(set(reasons)) == len(bad), done.stderr


def test_missing_model_is_reported_with_a_remedy_before_any_work(files: Path, tmp_path: Path) -> None:
    done = run("transcribe", files / "mono.flac", "--model", "whisper-large-v3-turbo", at=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "saywrite models download whisper-large-v3-turbo" in done.stderr


def test_of_a_truncated_file_what_is_there_is_transcribed_and_the_rest_is_named(files: Path, tmp_path: Path) -> None:
    done = run("transcribe", files / "truncated.wav", at=tmp_path)
    assert "weather" in done.stdout.lower()
    assert "breaks off" in done.stderr
    assert done.returncode == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux: names are bytes")
@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_a_name_that_is_not_utf8_is_transcribed_like_any_other(
    files: Path, tmp_path: Path, locale: dict[str, str]
) -> None:
    names = [tmp_path / os.fsdecode(name) for name in (b"b\xe9.flac", b"\xff\xfe \xc3\xa9.flac", b"broken\xe9.flac")]
    for name in names[:2]:
        name.write_bytes((files / "mono.flac").read_bytes())
    names[2].write_bytes(b"no sound at all")
    command = [sys.executable, "-m", "saywrite", "transcribe", *map(os.fsencode, names), "--events"]
    env = {**os.environ, **locale}
    places = ["--config", str(tmp_path / "c"), "--data", str(tmp_path / "d"), "--output", str(tmp_path / "o")]
    done = subprocess.run([*command, *places], env=env, capture_output=True, timeout=90, check=False)
    events = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    sources = [Path(event["source"]).name for event in events if event["event"] == "started"]
    assert sources == ["b\ufffd.flac", "\ufffd\ufffd é.flac"]
    assert done.stderr.decode("utf-8").count("saywrite: “broken\ufffd.flac”") == 1, "the bad one fails alone"
    assert done.returncode == 1
    texts = {os.fsencode(path.name): path.read_text("utf-8-sig") for path in (tmp_path / "o").iterdir()}
    assert sorted(texts) == [b"b\xe9.txt", b"\xff\xfe \xc3\xa9.txt"]
    assert all(texts.values())


@pytest.mark.parametrize("name", ["txt", "md", "srt", "vtt", "csv"])
def test_each_format_is_written_to_the_output_file(files: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / f"out.{name}"
    done = run("transcribe", files / "mono.flac", "--format", name, "--output", target, at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "weather" in target.read_text("utf-8-sig").lower()
    assert done.stdout == ""


def test_with_several_files_the_output_is_a_folder(files: Path, tmp_path: Path) -> None:
    done = run(
        *("transcribe", files / "mono.flac", files / "speech.ogg", "--format", "json"),
        *("--output", tmp_path / "texts"),
        at=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    for name in ("mono.json", "speech.json"):
        content = json.loads((tmp_path / "texts" / name).read_text("utf-8"))
        assert "weather" in json.dumps(content).lower()


def test_keywords_of_a_file_are_applied_and_bad_rows_named(files: Path, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text("spoken,written\nthe weather,Das Wetter\nonly one cell\n")
    done = run("transcribe", files / "mono.flac", "--keywords", tmp_path / "k.csv", at=tmp_path)
    assert done.returncode == 0
    assert "Das Wetter" in done.stdout
    assert "k.csv, line 3" in done.stderr


def test_in_real_time_it_takes_as_long_as_the_sound(files: Path, tmp_path: Path) -> None:
    with running("transcribe", str(files / "mono.flac"), "--realtime", at=tmp_path) as saywrite:
        assert saywrite.end() == 0
    finished = saywrite.wait("finished")
    assert finished["duration_s"] >= finished["heard_s"] - 0.1
    assert saywrite.wait("started")["source"].endswith("mono.flac")


def test_an_interrupt_ends_a_batch_with_130(files: Path, tmp_path: Path) -> None:
    paths = [str(files / "mono.flac")] * 5
    with running("transcribe", *paths, "--realtime", at=tmp_path) as saywrite:
        saywrite.wait("state", state="listening")
        saywrite.process.send_signal(signal.SIGINT)
        assert saywrite.end() == 130
    assert len(saywrite.all("started")) == 1


def test_an_interrupt_before_the_first_text_keeps_an_earlier_output(files: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("the text of an earlier run\n")
    options = ("--output", str(target), "--realtime")
    with running("transcribe", str(files / "mono.flac"), *options, at=tmp_path) as saywrite:
        saywrite.wait("state", state="listening")
        saywrite.process.send_signal(signal.SIGINT)
        assert saywrite.end() == 130
    assert target.read_text() == "the text of an earlier run\n"


def test_an_interrupt_in_the_middle_keeps_an_earlier_output_and_prints_what_there_is(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("the text of an earlier run\n")
    sounds.write_wav(tmp_path / "long.wav", np.tile(np.append(sounds.speech("weather"), np.zeros(16_000, "<i2")), 20))
    options = ("--output", str(target), "--realtime", "--format", "json")
    with running("transcribe", str(tmp_path / "long.wav"), *options, at=tmp_path) as saywrite:
        final = saywrite.wait("final")
        saywrite.process.send_signal(signal.SIGINT)
        assert saywrite.end() == 130
    assert target.read_text() == "the text of an earlier run\n"
    assert final["text"] in saywrite.wait("finished")["text"]


def test_another_language_becomes_its_words(tmp_path: Path) -> None:
    pcm = py_nanotts.NanoTTS().speak("Die Sonne scheint heute den ganzen Tag.", voice="de-DE")
    sounds.write_wav(tmp_path / "sonne.wav", np.frombuffer(pcm, "<i2"))
    done = run("transcribe", tmp_path / "sonne.wav", "--language", "de", at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "scheint heute den ganzen tag" in done.stdout.lower()


def test_a_file_in_another_language_than_the_chosen_one_is_noticed(tmp_path: Path) -> None:
    voice, pause = py_nanotts.NanoTTS(), bytes(2 * 16_000)
    sentences = ("Die Sonne scheint heute den ganzen Tag.", "Morgen fahren wir mit dem Zug nach Hamburg.")
    pcm = pause.join(bytes(voice.speak(sentence, voice="de-DE")) for sentence in sentences)
    sounds.write_wav(tmp_path / "tag.wav", np.frombuffer(pcm, "<i2"))
    done = run("transcribe", tmp_path / "tag.wav", at=tmp_path)
    assert done.stdout, "it is written in English"
    assert "This sounds like German. If it is, add --language de." in done.stderr


def test_a_service_without_a_key_is_refused_with_the_remedy(files: Path, tmp_path: Path) -> None:
    done = run("transcribe", files / "mono.flac", "--engine", "aiola", at=tmp_path)
    assert done.returncode == 1
    assert "There is no aiOla API key yet." in done.stderr
    assert "AIOLA_API_KEY" in done.stderr
