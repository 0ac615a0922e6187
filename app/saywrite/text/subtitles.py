"""Subtitles: splits utterances into cues of a readable size. Pure.

A cue has at most two lines of 42 characters (18 Chinese or Japanese ones) and lasts at most 7 seconds. It ends at the
end of a sentence or clause where possible. Each cue gets a share of the utterance's time by the length of its text.
Cues do not overlap and last at least a second unless the next one begins earlier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from saywrite.text.characters import CharacterKind, clusters, is_cjk, is_wide, kind

LINE_LENGTH = 42  # characters; this and the next four are those of common guidelines for subtitles
WIDE_LINE_LENGTH = 18
LINES = 2
LONGEST_MS = 7_000
SHORTEST_MS = 1_000
_LEAST_MS = 300  # a cue that is shorter is not seen
_READABLE = 24.0
"""Columns of a cue below which it is not split because of its duration."""

_WIDE = LINE_LENGTH / WIDE_LINE_LENGTH
_SENTENCE = re.compile(r"[.!?…。！？．][\"'”’»)\]」』）]*$")
_CLAUSE = re.compile(r"[,;:–—、，；：][\"'”’»)\]」』）]*$")
_NOT_FIRST = "、。，．・：；？！ー」』）】》〉］｝〕…‥々ゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.;:!?)]}%”’»"
_NOT_LAST = "「『（【《〈［｛〔([{“‘«"


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines that are shown from `start_ms` to `end_ms`."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


class _Word(NamedTuple):
    """A piece that is not split. `space`: a space stands before it. `rank`: how well a cue ends here."""

    text: str
    space: bool
    width: float
    rank: int


def cues(utterances: Iterable[tuple[float, float, str]]) -> list[Cue]:
    """Split utterances (start and end in seconds, text) into cues. They may be in any order, or blank."""
    timed: list[tuple[int, int, tuple[str, ...]]] = []
    for start, end, text in sorted(utterances, key=itemgetter(0)):
        words = _words(text)
        if words:
            timed += _cut(max(0, round(start * 1000)), max(0, round(end * 1000)), words)
    return _without_overlap(timed)


def write_srt(items: Iterable[Cue]) -> str:
    """Write SubRip: lines end in CRLF, cues are counted from 1."""
    blocks = []
    for number, cue in enumerate(items, 1):
        times = f"{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}"
        blocks.append("\r\n".join((str(number), times, *cue.lines, "", "")))
    return "".join(blocks)


def write_vtt(items: Iterable[Cue], notes: Sequence[str] = ()) -> str:
    """Write WebVTT (W3C); `notes` become comments before the cues."""
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
            # "-->" marks the line with the times.
            for at, part in enumerate(_unbroken(chunk.replace("-->", "→"))):
                words.append(_Word(part, at == 0, _width(part), _rank(part)))
        if words:
            words[-1] = words[-1]._replace(rank=3)
    return words


def _rank(word: str) -> int:
    return 3 if _SENTENCE.search(word) else 2 if _CLAUSE.search(word) else 1


def _unbroken(chunk: str) -> list[str]:
    """Split a chunk without spaces where a line may break; no part is wider than a line."""
    if chunk.isascii() and len(chunk) <= LINE_LENGTH:
        return [chunk]
    parts: list[str] = []
    part = ""
    for cluster in clusters(chunk):
        if _width(cluster) > LINE_LENGTH:
            parts += [part, *cluster] if part else cluster  # no character of a language has more marks than fit a line
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
    """Split one utterance into cues with their shares of its time, in ms."""
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
    """Group words to about `target` columns that fit a cue; prefer the end of a sentence or clause."""
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
            # The end of a sentence outweighs 40 % of the target length, that of a clause 20 %.
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
    """Return one line if the words fit, otherwise the two lines of the most equal width."""
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
