"""Whisper's byte-level BPE tokenizer, read from `tokenizer.json`. Pure after loading; used in the child process.

Byte-level: a text is UTF-8, each byte is written as one printable character (GPT-2's table), and pairs of neighbors are
merged in the order in which the training found them. So one character may be spread over several tokens: tokens
are joined as bytes first and decoded afterwards.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

SECONDS_PER_TIMESTAMP = 0.02  # one frame of the encoder: two hops of 10 ms
LAST_TIMESTAMP = 1500  # 30 s, the length of the window that Whisper was trained on

_CONTRACTIONS = re.compile("'(?:s|t|re|ve|m|ll|d)")
_WHITE_SPACE = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(
    map(chr, range(0x2000, 0x200B))
)
"""Unicode's White_Space. `str.isspace` also counts the separators U+001C to U+001F, the tokenizer does not."""


class Tokenizer:
    """Texts to token ids and back; has the ids of Whisper's special tokens.

    Raises OSError when `path` cannot be read, ValueError when it is no tokenizer of a multilingual Whisper.
    """

    def __init__(self, path: Path) -> None:
        content = json.loads(path.read_text(encoding="utf-8"))
        try:
            self._ids: dict[str, int] = content["model"]["vocab"]
            merges = content["model"]["merges"]
            self._specials = {str(token["content"]): int(token["id"]) for token in content["added_tokens"]}
            self.start_of_text = self._specials["<|startoftranscript|>"]
            self.start_of_previous = self._specials["<|startofprev|>"]
            self.transcribe = self._specials["<|transcribe|>"]
            self.end_of_text = self._specials["<|endoftext|>"]
            self.first_timestamp = self._specials["<|notimestamps|>"] + 1
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path} is no tokenizer of Whisper: {error} is missing") from error
        # Older files write a merge as "a b", newer ones as ["a", "b"].
        pairs = (tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in merges)
        self._ranks = {pair: rank for rank, pair in enumerate(pairs)}
        self._tokens = {number: token for token, number in self._ids.items()}

    def language(self, code: str) -> int:
        """The token of a language by its ISO 639-1 code. Raises ValueError for one the model does not have."""
        try:
            return self._specials[f"<|{code}|>"]
        except KeyError:
            raise ValueError(f"the model has no language {code!r}") from None

    def seconds(self, token: int) -> float | None:
        """The time in the window of a timestamp token; None for every other token."""
        return (token - self.first_timestamp) * SECONDS_PER_TIMESTAMP if token >= self.first_timestamp else None

    def timestamps_after(self, seconds: float) -> range:
        """The timestamp tokens of later times, up to the last one, 30 s."""
        last = self.first_timestamp + LAST_TIMESTAMP
        return range(min(last, self.first_timestamp + int(seconds / SECONDS_PER_TIMESTAMP)) + 1, last + 1)

    def encode(self, text: str) -> list[int]:
        """The tokens of `text`; what looks like a special token in it is text like any other.

        A lone surrogate becomes "?", because UTF-8 cannot carry it.
        """
        found: list[int] = []
        for piece in split(text):
            symbols = tuple(_CHARACTER_OF_BYTE[byte] for byte in piece.encode("utf-8", "replace"))
            found += [self._ids[symbol] for symbol in self._merged(symbols)]
        return found

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of `tokens` without the special ones.

        Bytes that are not UTF-8, such as a character that was cut off, become U+FFFD.
        """
        text = "".join(self._tokens.get(token, "") for token in tokens if token < self.end_of_text)
        return bytes(_BYTE_OF_CHARACTER[character] for character in text).decode("utf-8", "replace")

    def _merged(self, symbols: tuple[str, ...]) -> tuple[str, ...]:
        """Merge the pair that the training merged first, until no neighbors can be merged."""
        while len(symbols) > 1:
            pairs = set(pairwise(symbols))
            best = min(pairs, key=lambda pair: self._ranks.get(pair, len(self._ranks)))
            if best not in self._ranks:
                break
            symbols = _merge_pair(symbols, best)
        return symbols


def _merge_pair(symbols: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    joined: list[str] = []
    position = 0
    while position < len(symbols):
        if symbols[position : position + 2] == pair:
            joined.append(pair[0] + pair[1])
            position += 2
        else:
            joined.append(symbols[position])
            position += 1
    return tuple(joined)


def split(text: str) -> Iterator[str]:
    """The pieces that merges do not cross, as GPT-2's regular expression cuts them.

    `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+`: written out, because the
    standard library's `re` has no Unicode categories.
    """
    position = 0
    while position < len(text):
        end = _piece_end(text, position)
        yield text[position:end]
        position = end


def _piece_end(text: str, start: int) -> int:
    if contraction := _CONTRACTIONS.match(text, start):
        return contraction.end()
    first = start
    if text[start] == " " and start + 1 < len(text) and _kind(text[start + 1]) != "space":
        first = start + 1
    kind = _kind(text[first])
    end = first + 1
    while end < len(text) and _kind(text[end]) == kind:
        end += 1
    if kind == "space" and end < len(text) and end - start > 1:
        return end - 1  # the last white space belongs to the word behind it
    return end


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    if character in _WHITE_SPACE:
        return "space"
    category = unicodedata.category(character)[0]
    return {"L": "letter", "N": "number"}.get(category, "other")


def _characters_of_bytes() -> dict[int, str]:
    """GPT-2's table of a character for each byte.

    A printable byte has its own Latin-1 character, the others follow from U+0100 in order.
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + rank) for rank, byte in enumerate(others)}


_CHARACTER_OF_BYTE = _characters_of_bytes()
_BYTE_OF_CHARACTER = {character: byte for byte, character in _CHARACTER_OF_BYTE.items()}
