"""How long to wait before the next attempt to connect. Pure: numbers out of a generator, no clock, no sleep."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

FIRST_S = 0.25
LONGEST_S = 5.0

CROWDED_S = 5.0
"""Between attempts while the account's limit of dictations, or its rate limit, is reached and no time was named."""


def delays(random: Random) -> Iterator[float]:
    """0.25 s doubling to 5 s, without end, each up to a fifth shorter or longer: clients do not come in step."""
    delay = FIRST_S
    while True:
        yield delay * random.uniform(0.8, 1.2)
        delay = min(delay * 2, LONGEST_S)
