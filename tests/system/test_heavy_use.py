"""Utterances, corrections and undo one after the other, in the window and in another program: nothing is lost or mixed.

For 100 minutes: `packaging/dev.py bench --heavy-use`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.system.lab.heavy_use import use

pytestmark = pytest.mark.system


@pytest.mark.timeout(300)
def test_a_person_who_dictates_corrects_undoes_and_looks_around(tmp_path: Path) -> None:
    used = use(tmp_path / "home", 10, look_every=2, seed=3)
    assert used.inserted >= 4
    assert used.undone >= 1
    assert used.corrected >= 2
    assert used.same
    assert used.exit_code == 0
    assert used.troubles == ()
    assert len(used.heard.lost) <= 2, used.heard  # the recognizer's own errors: “opens” for “opened”
    assert used.heard.disordered == ()
    assert used.moments[-1].heaps == 0  # each thread with a heap of its own keeps megabytes of free memory in it
    assert used.moments[-1].threads <= used.moments[0].threads + 1
    assert used.moments[-1].files <= used.moments[0].files + 3
