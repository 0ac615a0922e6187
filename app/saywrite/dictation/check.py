"""One finding of `saywrite doctor`, as a line for people and as JSON. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `ok` is False for what stops dictation, None for what is merely missing."""

    name: str
    ok: bool | None
    what: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def as_line(self) -> str:
        mark = {True: "✓", None: "–", False: "✗"}[self.ok]
        remedy = f"\n    → {self.remedy}" if self.remedy else ""
        return f"{mark} {self.name:<12} {self.what}{remedy}"
