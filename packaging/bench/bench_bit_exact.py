"""Ten minutes of a known signal through virtual microphone, resampler and journal: no sample lost, repeated or moved.

Runs the same system test as the suite, for longer; a lost sample fails it, and with it the benchmark.
"""

from __future__ import annotations

import os
import subprocess
import sys

import rig
from table import Row, amount

SECONDS = amount(600, 20, 5)


def measure() -> list[Row]:
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/system/test_bit_exact.py", "--timeout", str(10 * SECONDS + 300)],
        cwd=rig.ROOT,
        env={**os.environ, "SAYWRITE_BITEXACT_SECONDS": str(SECONDS)},
        check=True,
    )
    return [Row("known signal, bit-exact through microphone and journal", SECONDS, "s")]
