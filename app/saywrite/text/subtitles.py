"""Subtitles: utterances cut into cues that people can read.

At most two lines of 42 characters (18 Chinese or Japanese ones), at most 7 seconds a cue; a cue ends where a
sentence or clause does if it can. The time of an utterance is shared out by the length of the text. Cues
never overlap and stay at least a second where the next one leaves room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from saywrite.text.characters import CharacterKind, clusters, is_cjk, is_wide, kind

LINE_LENGTH = 42
WIDE_LINE_LENGTH = 18
LINES = 2
LONGEST_MS = 7_000
SHORTEST_MS = 1_000
_LEAST_MS = 300
_READABLE = 24.0
"""Columns below which a long cue is not cut further only because it is slow."""

_WIDE = LINE_LENGTH / WIDE_LINE_LENGTH
_SENTENCE = re.compile(r"[.!?…。！？．][\"'”’»)\]」』）]*$")
_CLAUSE = re.compile(r"[,;:–—、，；：][\"'”’»)\]」』）]*$")
_NOT_FIRST = "、。，．・：；？！ー」』）】》〉］｝〕…‥々ゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.;:!?)]}%”’»"
_NOT_LAST = "「『（【《〈［｛〔([{“‘«"


@dataclass(frozen=True, slots=True)
class Cue:
    """Shown from `start_ms` to `end_ms`."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


class _Word(NamedTuple):
    """A piece that is not broken. `space`: a space stands before it. `rank`: how well a cue ends here."""

    text: str
    space: bool
    width: float
    rank: int


def cues(utterances: Iterable[tuple[float, float, str]]) -> list[Cue]:
    """Cut utterances (start and end in seconds, text) into cues. Order and blank texts do not matter."""
    timed: list[tuple[int, int, tuple[str, ...]]] = []
    for start, end, text in sorted(utterances, key=itemgetter(0)):
        words = _words(text)
        if words:
            timed += _cut(max(0, round(start * 1000)), max(0, round(end * 1000)), words)
    return _without_overlap(timed)


def write_srt(items: Iterable[Cue]) -> str:
    """SubRip: CRLF, counted from 1."""
    blocks = []
    for number, cue in enumerate(items, 1):
        times = f"{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}"
        blocks.append("\r\n".join((str(number), times, *cue.lines, "", "")))
    return "".join(blocks)


def write_vtt(items: Iterable[Cue], notes: Sequence[str] = ()) -> str:
    """WebVTT (W3C); `notes` go before the cues as comments."""
    blocks = ["WEBVTT\n"]
    blocks += [f"NOTE {_escaped(' '.join(note.split()))}\n" for note in notes]
    for number, cue in enumerate(items, 1):
        times = f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}"
        blocks.append("\n".join((str(number), times, *map(_escaped, cue.lines), "")))
    return "\n".join(blocks)


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{ms:03}"


def _width(text: str) -> float:
    if text.isascii():
        return float(len(text))
    return sum(_WIDE if is_wide(char) else 1.0 for char in text)


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    for line in text.splitlines():
        for chunk in line.split():
            # An arrow would read as the line with the times.
            for at, part in enumerate(_unbroken(chunk.replace("-->", "→"))):
                words.append(_Word(part, at == 0, _width(part), _rank(part)))
        if words:
            words[-1] = words[-1]._replace(rank=3)
    return words


def _rank(word: str) -> int:
    return 3 if _SENTENCE.search(word) else 2 if _CLAUSE.search(word) else 1


def _unbroken(chunk: str) -> list[str]:
    """The parts of a chunk without spaces between which a line may break; none is wider than a line."""
    if chunk.isascii() and len(chunk) <= LINE_LENGTH:
        return [chunk]
    parts: list[str] = []
    part = ""
    for cluster in clusters(chunk):
        if _width(cluster) > LINE_LENGTH:
            parts += [part, *cluster] if part else cluster  # more marks than a line holds: no character of a language
            part = ""
            continue
        if part and (_may_break(part[-1], cluster[0]) or _width(part + cluster) > LINE_LENGTH):
            parts.append(part)
            part = ""
        part += cluster
    return [*parts, part]


def _may_break(before: str, char: str) -> bool:
    if char in _NOT_FIRST or before in _NOT_LAST or kind(char) is CharacterKind.MARK:
        return False
    if is_cjk(before) or is_cjk(char):
        return True
    return kind(before) is CharacterKind.UNSPACED and kind(char) is CharacterKind.UNSPACED


def _cut(start: int, end: int, words: list[_Word]) -> list[tuple[int, int, tuple[str, ...]]]:
    """One utterance as cues with their shares of its time, in ms."""
    total = sum(word.width + word.space for word in words)
    room = LINE_LENGTH * LINES * 0.85
    slow = min(-(-(end - start) // LONGEST_MS), int(total // _READABLE))
    parts = max(1, -int(-total // room), slow)
    chunks = _chunks(words, total / parts)
    result = []
    done = 0.0
    for chunk in chunks:
        share = sum(word.width + word.space for word in chunk)
        begin = start + (end - start) * done / total
        done += share
        stop = start + (end - start) * done / total
        result.append((round(begin), round(stop), _lines(chunk)))
    return result


def _chunks(words: list[_Word], target: float) -> list[list[_Word]]:
    """Groups of about `target` columns that fit a cue, ending with a sentence or clause if one is near."""
    if sum(word.width + word.space for word in words) <= target and len(_wrapped(words)) <= LINES:
        return [words]
    chunks: list[list[_Word]] = []
    at = 0
    while at < len(words):
        best, best_cost = at + 1, float("inf")
        width = 0.0
        for end in range(at + 1, len(words) + 1):
            width += words[end - 1].width + words[end - 1].space
            if len(_wrapped(words[at:end])) > LINES:
                break
            # A sentence's end is worth 40 % of the target length, a clause's 20 %.
            rank = 3 if end == len(words) else words[end - 1].rank
            cost = abs(width - target) / target - 0.2 * rank
            if cost <= best_cost:
                best, best_cost = end, cost
        chunks.append(words[at:best])
        at = best
    return chunks


def _wrapped(words: Sequence[_Word]) -> list[str]:
    lines: list[str] = []
    width = 0.0
    for word in words:
        more = word.width + word.space
        if lines and width + more <= LINE_LENGTH:
            lines[-1] += " " * word.space + word.text
            width += more
        else:
            lines.append(word.text)
            width = word.width
    return lines


def _lines(words: Sequence[_Word]) -> tuple[str, ...]:
    """One line if it fits, else the two most even ones."""
    lines = _wrapped(words)
    if len(lines) < LINES:
        return tuple(lines)
    splits = []
    for at in range(1, len(words)):
        halves = _wrapped(words[:at]), _wrapped(words[at:])
        if len(halves[0]) == len(halves[1]) == 1:
            first, second = halves[0][0], halves[1][0]
            splits.append((abs(_width(first) - _width(second)) - 6 * words[at - 1].rank, (first, second)))
    return min(splits)[1]


def _without_overlap(timed: list[tuple[int, int, tuple[str, ...]]]) -> list[Cue]:
    result: list[Cue] = []
    free = 0
    for at, (start, end, lines) in enumerate(timed):
        start = max(start, free)
        following = timed[at + 1][0] if at + 1 < len(timed) else start + LONGEST_MS
        end = max(end, min(start + SHORTEST_MS, following), start + _LEAST_MS)
        if following >= start + _LEAST_MS:
            end = min(end, following)
        end = min(end, start + LONGEST_MS)
        result.append(Cue(start, end, lines))
        free = end
    return result
