"""The modules of packaging/installers, which are no package: they are found by their folders."""

from __future__ import annotations

import sys
from pathlib import Path

INSTALLERS = Path(__file__).resolve().parents[2] / "packaging/installers"

sys.path += [str(INSTALLERS / name) for name in (".", "frozen", "linux")]
