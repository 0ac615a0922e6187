"""Traditional Chinese characters as simplified ones, character by character. Pure after loading.

Whisper writes Mandarin in either script, unpredictably; Saywrite writes the simplified one. The table is OpenCC's
(`resources/chinese/`), the first choice where it names several.
"""

from __future__ import annotations

from functools import lru_cache

from saywrite.foundation.paths import resource

TABLE = "chinese/traditional_to_simplified.txt"


def to_simplified(text: str) -> str:
    """`text` with every traditional character replaced; everything else stays. Raises OSError without the table."""
    return text.translate(_table())


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """A line is a character, a tab and its simplified forms, separated by spaces."""
    lines = resource(TABLE).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {ord(traditional): simplified.split(" ")[0] for traditional, simplified in pairs}
