"""Canaries: a key and words that must not turn up anywhere but where they belong, whatever goes wrong."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.aiola_server import tones
from tests.aiola_server.fault_proxy import FaultProxy
from tests.aiola_server.hosting import ServiceThread
from tests.system.lab.program import Events, run, running

KEY = "canary-4711-key-of-nobody"
SPEECH = [["quebec", "zulu", "whiskey"], ["yankee", "quebec", "zulu"], ["whiskey", "yankee", "zulu"]]
WORDS = {word for words in SPEECH for word in words}
COMMAND = ("transcribe", "--realtime", "--engine", "aiola", "-v")
KEEPS_WORDS = ("history.sqlite3", "recordings")
"""What was dictated is kept here, and nowhere else."""


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as service:
        service.set(api_keys={KEY})
        yield service


def environment(url: str, key: str = KEY) -> dict[str, str]:
    return {"AIOLA_API_KEY": key, "AIOLA_BASE_URL": url, "AIOLA_AUTH_BASE_URL": url}


def secrets_of(service: ServiceThread) -> set[str]:
    """The key, and every token that was granted."""
    tokens = {stream.query["x-aiola-api-token"] for stream in service.records().streams}
    assert tokens
    return {KEY} | tokens | {token.rpartition(".")[2] for token in tokens}


def leaks(folder: Path, secrets: set[str], words: set[str] = WORDS) -> list[str]:
    """Files in which a secret stands, or what was said where it does not belong."""
    found, looked_at = [], 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix == ".wav":
            continue
        looked_at += 1
        content = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.name}: a secret" for secret in secrets if secret in content]
        if not any(name in part for part in path.parts for name in KEEPS_WORDS):
            found += [f"{path.name}: “{word}”" for word in words if word in content.lower()]
    assert looked_at > 3, "there is nothing to look at"
    return found


def command_lines(process: psutil.Process) -> str:
    """What a list of processes shows of it and its children."""
    return "\n".join(" ".join(each.cmdline()) for each in [process, *process.children(recursive=True)])


def go_wrong(service: ServiceThread, line: FaultProxy, events: Events) -> None:
    """Everything that makes a program talkative, in mid-dictation.

    Each fault waits until the service has seen the reconnection after the fault before it: a token can only expire on
    a stream that is open. The service holds its transcripts until then, so the dictation cannot end too early.
    """
    events.wait("final")
    service.hold()
    service.expire()
    service.wait_until(lambda seen: seen["streams"] >= 2 and seen["open"] == 1)
    service.emit("error", {"message": f"bad token {KEY}", "code": "SOMETHING", "details": {"said": "quebec"}})
    service.emit("transcript", {"transcript": ["zulu", {"yankee": "whiskey"}]})
    service.emit("unheard_of", {"transcript": "zulu"})
    service.send_raw('42/events,["transcript",{"transcript":"zulu"', b"\x00zulu")
    line.reset()
    service.wait_until(lambda seen: seen["streams"] >= 3 and seen["open"] == 1)
    service.release()


def test_neither_key_nor_words_are_where_they_do_not_belong(service: ServiceThread, tmp_path: Path) -> None:
    wav = tones.write_wav(tmp_path / "speech.wav", tones.speech(SPEECH))
    with (
        FaultProxy(service.port) as line,
        running(*COMMAND, str(wav), at=tmp_path, env=environment(line.url)) as events,
    ):
        process = psutil.Process(events.process.pid)
        events.wait("connection", state="connected")
        shown = command_lines(process)
        go_wrong(service, line, events)
        assert events.end() == 0
    (tmp_path / "stderr.txt").write_text(events.errors)
    secrets = secrets_of(service)
    assert len(secrets) >= 5, "the key, and two tokens with their signatures"
    assert " ".join(event["raw"] for event in events.all("final")).split() == [w for words in SPEECH for w in words]
    assert "saywrite" in shown
    assert not [secret for secret in secrets if secret in shown]
    assert not leaks(tmp_path, secrets)


def test_a_crash_leaves_no_key_and_no_words_behind(service: ServiceThread, tmp_path: Path) -> None:
    wav = tones.write_wav(tmp_path / "speech.wav", tones.speech(SPEECH))
    with running(*COMMAND, str(wav), at=tmp_path, env=environment(service.url)) as events:
        events.wait("final")
        events.process.send_signal(signal.SIGSEGV)
        assert events.end() == -signal.SIGSEGV
    (tmp_path / "stderr.txt").write_text(events.errors)
    crash = next(tmp_path.rglob("crash.log")).read_text()
    assert "Segmentation fault" in crash
    assert not leaks(tmp_path, secrets_of(service))


def test_a_refused_key_is_in_no_message(service: ServiceThread, tmp_path: Path) -> None:
    """The service repeats the key in its refusal; we do not."""
    wrong = "canary-0815-wrong-key"
    wav = tones.write_wav(tmp_path / "speech.wav", tones.speech(SPEECH))
    done = run("transcribe", "--engine", "aiola", "-v", wav, at=tmp_path, env=environment(service.url, wrong))
    assert done.returncode == 1
    (tmp_path / "output.txt").write_text(done.stdout + done.stderr)
    assert "key" in done.stderr
    assert not leaks(tmp_path, {wrong})
