"""Renders a dictation as a file: plain text, Markdown, subtitles, JSON or CSV. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from saywrite.foundation.catalog import CSV, JSON, MARKDOWN, SRT, TXT, VTT
from saywrite.foundation.formatting import long_clock
from saywrite.text import subtitles
from saywrite.text.characters import CharacterKind, is_cjk, is_word
from saywrite.text.keyword_sets.keyword_files import escape_formula
from saywrite.text.phrase_index import tokenize
from saywrite.text.spacing import fit, join

JSON_SCHEMA_VERSION = 1
"""Increased when a field of the JSON export is removed or changes its meaning; a new field does not increase it."""

_JOINERS = "'’-‐‑.,"
_UNSPACED_LETTERS = 5
"""Letters in an average word of a script without spaces: Thai has 4 to 5."""

_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&]|\n[ \t]*(?:[#+=-]|\d+(?=[.)]))")
_CSV_HEADER = ("number", "start_s", "end_s", "time", "text", "raw", "translation", "gap", "engine")


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """A segment, or a gap in the sound: `gap` then describes what is missing, and `text` may be empty.

    `start_s`, `end_s`: seconds in the dictation. `time`: the time of day at which it was said. `engine`: the engine
    that recognized it, "" for the engine of the document.
    """

    start_s: float
    end_s: float
    time: datetime
    text: str
    raw: str = ""
    translation: str = ""
    gap: str = ""
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A dictation to export.

    `engine`, `source`: labels. `language`: a code of the catalog. `structured`: the results besides text that the
    service returned; only Markdown and JSON contain them. `pause_s`: a pause of this length in seconds begins a
    paragraph of plain text and Markdown; with 0 plain text is one paragraph, and in Markdown each segment is one.
    """

    title: str
    began: datetime
    engine: str
    language: str
    source: str
    duration_s: float
    lines: tuple[TranscriptLine, ...]
    structured: tuple[Mapping[str, Any], ...] = ()
    pause_s: float = 0.0


def render(document: Document, format: str) -> bytes:
    """Return the content of the file. Raises ValueError for a format that is not in `EXPORT_FORMATS`."""
    if format not in _WRITERS:
        raise ValueError(f"unknown export format: {format}")
    encoding = "utf-8-sig" if format == CSV else "utf-8"
    return _WRITERS[format](document).encode(encoding, errors="replace")


def prose(document: Document) -> str:
    """Return the whole text as the window shows it, with gaps as paragraphs in brackets."""
    parts: list[str] = []
    run: list[str] = []
    end_s: float | None = None
    for line in document.lines:
        if line.gap or (end_s is not None and _pauses(document, end_s, line)):
            parts.append(join(run, document.language).strip())
            run = []
        if line.gap:
            parts.append(f"[{line.gap}]")
        run.append(line.text)
        end_s = line.end_s
    parts.append(join(run, document.language).strip())
    return "\n\n".join(part for part in parts if part)


def words(text: str) -> int:
    """Count the words of `text`.

    "don't", "well-known" and "3.5" are one word. Each Chinese or Japanese letter is a word, as in word processors. For
    other scripts without spaces (Thai …) the number is an estimate.
    """
    count = letters = 0
    tokens = tokenize(text)
    for at, token in enumerate(tokens):
        if token.kind is CharacterKind.UNSPACED:
            if is_cjk(token.fold[0]):
                count += 1
            else:
                letters += 1
                continue
        elif token.kind is CharacterKind.WORD:
            joined = at >= 2 and tokens[at - 2].kind is CharacterKind.WORD and text[tokens[at - 1].start] in _JOINERS
            count += not joined
        count += -(-letters // _UNSPACED_LETTERS)
        letters = 0
    return count + -(-letters // _UNSPACED_LETTERS)


def _txt(document: Document) -> str:
    if any(line.translation for line in document.lines):
        return _in_two_languages(document)
    return prose(document) + "\n"


def _in_two_languages(document: Document) -> str:
    """Write each segment on a line and its translation on the next line, behind a tab."""
    rows: list[str] = []
    for line in _whole(document.lines, document.language):
        if line.gap:
            rows.append(f"[{line.gap}]")
        rows += [row for row in line.text.splitlines() if row.strip()]
        if line.translation.strip():
            rows.append("\t" + " ".join(line.translation.split()))
    return "\n".join(rows) + "\n"


def _md(document: Document) -> str:
    front = {
        "title": document.title,
        "date": document.began.isoformat(timespec="seconds"),
        "language": document.language,
        "engine": document.engine,
        "source": document.source,
        "duration": long_clock(document.duration_s),
        "words": sum(words(line.text) for line in document.lines),
    }
    # Every JSON string is a YAML string.
    blocks = ["\n".join(["---", *(f"{name}: {_yaml(value)}" for name, value in front.items()), "---"])]
    blocks.append(f"# {_markdown(' '.join(document.title.split()))}")
    for line in _in_paragraphs(document, _whole(document.lines, document.language)):
        if line.gap:
            blocks.append(f"*[{_markdown(line.gap)}]*")
        if line.text.strip():
            text = _markdown(line.text.strip()).replace("\n", "  \n").replace("  \n  \n", "\n\n")
            mark = f" *({_markdown(line.engine)})*" if line.engine else ""
            blocks.append(f"**{line.time:%H:%M:%S}** {text}{mark}")
        if line.translation.strip():
            # The line break in front makes "3." at the beginning a word instead of a list.
            blocks.append("> " + _markdown("\n" + " ".join(line.translation.split())).removeprefix("\n"))
    if document.structured:
        blocks.append("## Structured results")
        blocks += [_fenced(json.dumps(dict(each), ensure_ascii=False, indent=2)) for each in document.structured]
    return "\n\n".join(blocks) + "\n"


def _pauses(document: Document, end_s: float, line: TranscriptLine) -> bool:
    """Whether the pause before a line begins a paragraph. A line break in its text has begun one already."""
    return 0 < document.pause_s <= line.start_s - end_s and not line.text.startswith("\n")


def _in_paragraphs(document: Document, lines: Sequence[TranscriptLine]) -> list[TranscriptLine]:
    """Join the lines of each paragraph; a line with a translation, and one of another engine, stay apart."""
    result: list[TranscriptLine] = []
    for line in lines:
        last = result[-1] if document.pause_s and result else None
        alone = last is None or last.gap or line.gap or last.translation or line.translation
        if last is None or alone or last.engine != line.engine or _pauses(document, last.end_s, line):
            result.append(line)
        else:
            text = join((last.text, line.text), document.language)
            result[-1] = replace(last, text=text, end_s=max(last.end_s, line.end_s))
    return result


def _srt(document: Document) -> str:
    return subtitles.write_srt(_cues(document))


def _vtt(document: Document) -> str:
    notes = [f"{line.start_s:.1f} s: {line.gap}" for line in document.lines if line.gap]
    return subtitles.write_vtt(_cues(document), notes)


def _json(document: Document) -> str:
    content: dict[str, Any] = {
        "schema_version": JSON_SCHEMA_VERSION,
        "title": document.title,
        "began": document.began.isoformat(timespec="milliseconds"),
        "engine": document.engine,
        "language": document.language,
        "source": document.source,
        "duration_s": round(document.duration_s, 3),
        "text": join((line.text for line in document.lines), document.language),
        "segments": [_json_line(number, line) for number, line in enumerate(document.lines, 1)],
    }
    if document.structured:
        content["structured"] = [dict(each) for each in document.structured]
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _json_line(number: int, line: TranscriptLine) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "number": number,
        "start_s": round(line.start_s, 3),
        "end_s": round(line.end_s, 3),
        "time": line.time.isoformat(timespec="milliseconds"),
        "text": line.text,
        "raw": line.raw,
    }
    return entry | {name: value for name in ("translation", "gap", "engine") if (value := getattr(line, name))}


def _csv(document: Document) -> str:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(_CSV_HEADER)
    for number, line in enumerate(document.lines, 1):
        texts = (line.text, line.raw, line.translation, line.gap, line.engine)
        times = (f"{line.start_s:.3f}", f"{line.end_s:.3f}", line.time.isoformat(timespec="milliseconds"))
        writer.writerow((number, *times, *map(escape_formula, texts)))
    return target.getvalue()


_WRITERS: Mapping[str, Callable[[Document], str]] = {
    TXT: _txt,
    MARKDOWN: _md,
    SRT: _srt,
    VTT: _vtt,
    JSON: _json,
    CSV: _csv,
}


def _cues(document: Document) -> list[subtitles.Cue]:
    lines = _whole(document.lines, document.language)
    return subtitles.cues((line.start_s, line.end_s, line.text) for line in lines)


def _whole(lines: Sequence[TranscriptLine], language: str) -> list[TranscriptLine]:
    """Append text that is only punctuation or a line break to the line before it."""
    result: list[TranscriptLine] = []
    for line in lines:
        if result and line.text and not line.gap and not any(map(is_word, line.text)):
            last = result[-1]
            text = last.text + fit(last.text, line.text, language, capitals=False)
            result[-1] = replace(last, text=text, end_s=max(last.end_s, line.end_s))
        else:
            result.append(line)
    return result


def _fenced(code: str) -> str:
    """Put JSON into a code block whose fence has more backticks than any run in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return f"{fence}json\n{code}\n{fence}"


def _yaml(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    # Characters that JSON permits unescaped and YAML does not (YAML 1.2, 5.1 and 5.4).
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda char: f"\\u{ord(char[0]):04x}", text)


def _markdown(text: str) -> str:
    def escape(found: re.Match[str]) -> str:
        sign = found[0]
        # "1." at the start of a line begins a list; only a backslash before the dot prevents that.
        return sign + "\\" if sign[-1].isdigit() else sign[:-1] + "\\" + sign[-1]

    return _MARKDOWN.sub(escape, text)
