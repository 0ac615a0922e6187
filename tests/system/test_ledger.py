"""Where speech went: the real program sends a phone's recording to the test service, and the ledger counts it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests import sounds
from tests.aiola_server import tones
from tests.aiola_server.hosting import ServiceThread
from tests.system.lab.program import LIMIT_S, folders

from saywrite.foundation.events import SAMPLE_RATE, Traffic
from saywrite.storage.history.ledger import read_ledger
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header

pytestmark = pytest.mark.system

WORDS = tones.utterances(2, seed=7)


def transcribe(file: Path, service: ServiceThread, at: Path, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "saywrite", "transcribe", "--engine", "aiola", *options, str(file), *folders(at)],
        env={**os.environ, **service.environment()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.lower()


def test_m4a_is_sent_whole_and_counted_for_its_host_and_for_its_dictation(tmp_path: Path) -> None:
    pcm = np.frombuffer(tones.speech(WORDS), "<i2")
    file = tmp_path / "talk.m4a"
    file.write_bytes(sounds.encode(pcm.reshape(-1, 1), SAMPLE_RATE, "ipod", "aac"))
    path = tmp_path / "data" / "history.sqlite3"
    store = HistoryStore(path)
    store.begin(Header("old", datetime(2026, 10, 1, 9, 0, tzinfo=UTC), "en", "local", "microphone"))
    store.finish("old", len(pcm), len(pcm))
    store.close()
    with ServiceThread() as service:
        spoken = [word for utterance in WORDS for word in utterance]
        assert [word for word in transcribe(file, service, tmp_path).split() if word in spoken] == spoken
        transcribe(file, service, tmp_path, "--again", "old")
    shown = subprocess.run(
        [sys.executable, "-m", "saywrite", "ledger", *folders(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    this_month, *rest = [line.split() for line in shown.stdout.splitlines()]
    assert this_month == [f"{datetime.now():%Y-%m}"]
    assert [line[:2] for line in rest] == [["127.0.0.1", "aiola"], ["2026-10"], ["127.0.0.1", "aiola"]]
    assert all(line[-4] == "sent," and line[-1] == "received" for line in (rest[0], rest[2]))
    store = HistoryStore(path)
    ledger, old = read_ledger(store), store.load("old")
    store.close()
    assert [(each.month, each.engine, each.host, each.dictations) for each in ledger.months[1:]] == [
        ("2026-10", "aiola", "127.0.0.1", 1)
    ]
    file_entry = ledger.months[0]
    assert (file_entry.engine, file_entry.host, file_entry.dictations) == ("aiola", "127.0.0.1", 1)
    assert abs(file_entry.heard - len(pcm)) < SAMPLE_RATE // 5
    assert file_entry.sent > file.stat().st_size
    assert file_entry.received > 0
    assert old is not None
    (traffic,) = old.traffic
    assert isinstance(traffic, Traffic)
    assert traffic.sent > file.stat().st_size
