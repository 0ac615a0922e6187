"""Keywords: 5,000 of them over one final, and compiling them again after an edit."""

from __future__ import annotations

import random
import time

from table import Row, amount

from saywrite.text.keywords import Keyword, Keywords

RUNS = amount(300, 20, 1)
ENTRIES = 5_000


def measure() -> list[Row]:
    rng = random.Random(7)
    syllables = ("ka", "ri", "mo", "ten", "sol", "ve", "du", "pra", "li", "xen")
    words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(4_000)]
    entries = [Keyword(" ".join(rng.sample(words, rng.randint(1, 3))), f"Written{number}") for number in range(ENTRIES)]
    keywords = Keywords(entries)
    final = " ".join(rng.choices(words, k=50) + [entries[n].spoken for n in (3, 1_000, 4_999)])
    apply, build = [], []
    for _ in range(RUNS):
        start = time.perf_counter()
        keywords.rewrite(final)
        apply.append(1000 * (time.perf_counter() - start))
    for _ in range(max(RUNS // 10, 3)):
        start = time.perf_counter()
        Keywords(entries)
        build.append(1000 * (time.perf_counter() - start))
    return [
        Row.of("5,000 keywords over a final of 60 words", apply, "ms", 5),
        Row.of("compiling 5,000 keywords", build, "ms"),
    ]
