"""Minutes of dictation at many times the speed of speech, with a fault every few seconds: complete, and nothing grows.

Two hours: `packaging/dev.py bench --only endurance`.
"""

from __future__ import annotations

import pytest
from tests.system.lab.aiola_endurance import endure, stall


@pytest.mark.timeout(300)
def test_it_is_complete_and_leaves_nothing_behind() -> None:
    result = endure(150, speed=6, fault_every_s=25)
    assert result.faults >= 5
    assert result.words > 150
    assert result.count.perfect, result.count
    assert result.pending_s == 0
    assert max(result.memory_mb) - min(result.memory_mb) < 25
    assert result.ended.threads <= result.begun.threads
    assert result.ended.files <= result.begun.files + 1


@pytest.mark.timeout(300)
def test_a_service_that_stalls_costs_no_memory() -> None:
    """Four minutes of speech; the last three of them are kept for a recognizer that may want them (5.8 MB)."""
    before, memory = stall(240, speed=20)
    assert memory[-1] - before.memory_mb < 25
