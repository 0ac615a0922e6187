"""Exports of a dictation in all formats."""

import csv
import html
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import srt
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from saywrite.foundation.catalog import EXPORT_FORMATS
from saywrite.text.characters import is_wide
from saywrite.text.export import Document, TranscriptLine, render, words
from saywrite.text.subtitles import cues

MS = timedelta(milliseconds=1)
BEGAN = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
LONG = (
    "This is a rather long utterance, which goes on for quite some time; it has several sentences. "
    "Here is another one that is long enough to need more than a single cue, and then it ends."
)
CHINESE = "我们今天要讨论的是如何在没有网络的情况下把语音变成文字，这是一个很长的句子，需要分成几个字幕。" * 3


def line(start, end, text, **more):
    return TranscriptLine(start, end, BEGAN + timedelta(seconds=start), text, **more)


def document(*lines, language="en", title="Notes"):
    return Document(title, BEGAN, "local", language, "microphone", 3725.0, lines)


def rendered(format, *lines, **more):
    return render(document(*lines, **more), format).decode("utf-8-sig" if format == "csv" else "utf-8")


def bare(text):
    return "".join(text.split())


def subtitles(*lines, language="en"):
    return list(srt.parse(rendered("srt", *lines, language=language)))


def test_the_formats_are_the_six_of_the_contract():
    assert {name: kind.suffix for name, kind in EXPORT_FORMATS.items()} == {
        name: f".{name}" for name in ("txt", "md", "srt", "vtt", "json", "csv")
    }
    with pytest.raises(ValueError, match="docx"):
        render(document(), "docx")


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_an_empty_dictation_is_a_valid_file(format):
    text = rendered(format)
    if format == "srt":
        assert text == ""
    else:
        assert text.endswith("\n")
        assert not text.endswith("\n\n\n")


def test_plain_text_is_prose_with_a_final_newline():
    lines = [line(0, 1, "Hello"), line(1, 2, ","), line(2, 3, "world.\n\nNext"), line(3, 4, "one.")]
    assert rendered("txt", *lines) == "Hello, world.\n\nNext one.\n"


def test_gaps_are_shown_where_they_are():
    lines = [line(0, 1, "Hello"), line(1, 2, "", gap="2 s missing"), line(2, 3, "world")]
    assert rendered("txt", *lines) == "Hello\n\n[2 s missing]\n\nworld\n"
    assert "*[2 s missing]*" in rendered("md", *lines)
    assert "NOTE 1.0 s: 2 s missing" in rendered("vtt", *lines)
    assert json.loads(rendered("json", *lines))["segments"][1]["gap"] == "2 s missing"


def test_markdown_has_front_matter_times_and_escaped_text():
    text = rendered("md", line(0, 1, "a *b* <c>\n# d\n1. e"), line(5, 6, "f", translation="g"), title='My "x": #1')
    front, body = text.split("\n---\n")
    assert front.startswith('---\ntitle: "My \\"x\\": #1"\ndate: "2026-11-22T10:42:07+00:00"\n')
    assert 'duration: "1:02:05"' in front
    assert "words: 7" in front
    assert "**10:42:07** a \\*b\\* \\<c\\>  \n\\# d  \n1\\. e\n\n" in body
    assert body.endswith("**10:42:12** f\n\n> g\n")


def test_markdown_begins_no_list_or_heading_within_a_text():
    indented = line(0, 1, "a\n  - b\n\t# c\n  2. d")
    assert "a  \n  \\- b  \n\t\\# c  \n  2\\. d\n" in rendered("md", indented)
    translations = [line(0, 1, "a", translation=text) for text in ("3. Mai", "# one", "- no", "yes")]
    assert re.findall("^> .*$", rendered("md", *translations), re.MULTILINE) == [
        "> 3\\. Mai",
        "> \\# one",
        "> \\- no",
        "> yes",
    ]


def test_plain_text_with_a_translation_has_it_below_each_segment_behind_a_tab():
    lines = [
        line(0, 1, "Guten Tag", translation="Good day"),
        line(1, 2, "."),
        line(2, 3, "", gap="2 s missing"),
        line(3, 4, "Wie geht es?\nGut."),
    ]
    assert rendered("txt", *lines) == "Guten Tag.\n\tGood day\n[2 s missing]\nWie geht es?\nGut.\n"


def test_text_of_another_engine_is_marked_where_a_format_can_hold_it():
    lines = [line(0, 1, "Hello.", engine="Built-in (basic)"), line(1, 2, "World.")]
    assert "**10:42:07** Hello. *(Built-in (basic))*\n" in rendered("md", *lines)
    assert [entry.get("engine") for entry in json.loads(rendered("json", *lines))["segments"]] == [
        "Built-in (basic)",
        None,
    ]
    rows = list(csv.DictReader(io.StringIO(rendered("csv", *lines), newline="")))
    assert [row["engine"] for row in rows] == ["Built-in (basic)", ""]


def test_structured_results_are_in_markdown_and_json():
    results = ({"order": ["```", "Zoë"]}, {"n": 1})
    whole = replace(document(line(0, 1, "Hello.")), structured=results)
    assert json.loads(render(whole, "json"))["structured"] == list(results)
    markdown = render(whole, "md").decode()
    first, second = re.findall(r"^(`{3,})json\n(.*?)\n\1$", markdown, re.DOTALL | re.MULTILINE)
    assert json.loads(first[1]) == results[0]
    assert len(first[0]) == 4
    assert json.loads(second[1]) == results[1]


def test_markdown_front_matter_survives_any_title():
    front = rendered("md", title="a\u2028b\x85c\x7f\n---\nd").split("\n")
    assert front[1] == 'title: "a\\u2028b\\u0085c\\u007f\\n---\\nd"'


def test_subrip_has_crlf_and_counts_from_one():
    text = rendered("srt", line(0, 1.5, "Hello"), line(3661.25, 3662.5, "world"))
    assert text == (
        "1\r\n00:00:00,000 --> 00:00:01,500\r\nHello\r\n\r\n2\r\n01:01:01,250 --> 01:01:02,500\r\nworld\r\n\r\n"
    )


def test_webvtt_escapes_its_markup():
    text = rendered("vtt", line(0, 2, "a < b & c --> d"))
    assert text == "WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\na &lt; b &amp; c → d\n"


def test_a_long_utterance_is_cut_where_sentences_and_clauses_end_and_shares_its_time():
    cues = subtitles(line(10, 24, LONG))
    assert " ".join(cue.content.replace("\n", " ") for cue in cues) == LONG
    assert cues[0].start == timedelta(seconds=10)
    assert cues[-1].end == timedelta(seconds=24)
    assert all(before.end == after.start for before, after in pairwise(cues))
    assert sum(cue.content[-1] in ".,;" for cue in cues) >= len(cues) - 1
    rates = [len(cue.content) / (cue.end - cue.start).total_seconds() for cue in cues]
    assert max(rates) / min(rates) < 1.1


def test_the_two_lines_of_a_cue_are_about_even():
    (cue,) = subtitles(line(0, 5, "one two three four five six seven eight nine ten"))
    lengths = [len(part) for part in cue.content.split("\n")]
    assert len(lengths) == 2
    assert max(lengths) - min(lengths) <= 12


def test_chinese_lines_have_at_most_eighteen_characters():
    cues = subtitles(line(0, 30, CHINESE), language="zh")
    assert "".join(bare(cue.content) for cue in cues) == CHINESE
    lines = [part for cue in cues for part in cue.content.split("\n")]
    assert max(map(len, lines)) <= 18
    assert not any(part[0] in "，。" for part in lines)


@pytest.mark.parametrize("before", range(1, 20))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(before):
    text = "字" * before + "「字」字々" * 14
    lines = [line for cue in cues([(0, 60, text)]) for line in cue.lines]
    assert "".join(lines) == text
    assert {line[0] for line in lines} <= {"字", "「"}
    assert {line[-1] for line in lines} <= {"字", "」", "々"}


@pytest.mark.parametrize("before", range(1, 20))
def test_a_latin_word_among_chinese_characters_is_not_cut(before):
    lines = [line for cue in cues([(0, 60, "字" * before + "Kubernetes字字字" * 12)]) for line in cue.lines]
    assert sum(line.count("Kubernetes") for line in lines) == 12


def test_a_word_longer_than_a_line_is_cut():
    address = "https://example.com/" + "x" * 80
    assert "".join(bare(cue.content) for cue in subtitles(line(0, 5, address))) == address


@pytest.mark.parametrize(
    "emoji",
    [
        "👨\u200d👩\u200d👧\u200d👦",
        "👍🏽",
        "🇩🇪",
        "🏳\ufe0f\u200d🌈",
        "🏴\U000e0067\U000e0062\U000e007f",
        "e\u0301\u0323",
    ],
)
@pytest.mark.parametrize("before", range(5))
def test_a_character_of_several_code_points_is_never_cut(emoji, before):
    lines = [line for cue in cues([(0, 60, "x" * before + emoji * 90)]) for line in cue.lines]
    assert len(lines) > 1
    assert "".join(lines) == "x" * before + emoji * 90
    for line in lines:
        assert line.lstrip("x").replace(emoji, "") == ""


def test_a_short_utterance_stays_a_second_unless_the_next_one_comes():
    cues = subtitles(line(0, 0.2, "a"), line(0.6, 0.7, "b"), line(5, 60, "slow"))
    spans = [(cue.start.total_seconds(), cue.end.total_seconds()) for cue in cues]
    assert spans == [(0, 0.6), (0.6, 1.6), (5, 12)]


def test_punctuation_alone_belongs_to_the_cue_before_it():
    assert [
        cue.content for cue in subtitles(line(0, 1, "Hello"), line(1, 2, "?"), line(3, 4, "\n"), line(4, 5, "Yes"))
    ] == [
        "Hello?",
        "Yes",
    ]


def test_late_text_for_earlier_sound_takes_its_place():
    assert [cue.content for cue in subtitles(line(9, 10, "b"), line(1, 2, "a"))] == ["a", "b"]


def test_json_reports_its_schema_and_iso_times():
    content = json.loads(rendered("json", line(1.23456, 2, "Hi", raw="hi", translation="Hallo"), title="T"))
    assert content == {
        "schema_version": 1,
        "title": "T",
        "began": "2026-11-22T10:42:07.000+00:00",
        "engine": "local",
        "language": "en",
        "source": "microphone",
        "duration_s": 3725.0,
        "text": "Hi",
        "segments": [
            {
                "number": 1,
                "start_s": 1.235,
                "end_s": 2,
                "time": "2026-11-22T10:42:08.234+00:00",
                "text": "Hi",
                "raw": "hi",
                "translation": "Hallo",
            }
        ],
    }
    assert datetime.fromisoformat(content["began"]) == BEGAN


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@x", "\tx", "\rx", "\n", "'=x"])
def test_no_cell_is_a_formula(text):
    data = render(document(line(0, 1, text, raw=text)), "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    _, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row[4] == row[5] == "'" + text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n ", 0),
        ("Hello, world.", 2),
        ("don't well-known e-mail", 3),
        ("3.5 and 1,000", 3),
        ("a - b — c …", 3),
        ("end.Start", 1),
        ("e\u0301lan vital", 2),
        ("हिन्दी में", 2),
        ("你好世界", 4),
        ("用Kubernetes部署", 4),
        ("สวัสดีครับผม", 2),
    ],
)
def test_words_are_counted_as_people_do(text, count):
    assert words(text) == count


contents = st.lists(
    st.sampled_from(["word", "a", "sentence.", "clause,", "北京。", "我们", "x" * 50, "&<b>", "-->", "\n\n", "5"])
).map(" ".join).map(str.strip) | st.text(max_size=120)
lines_in_order = st.lists(st.tuples(st.floats(0, 20), st.floats(0, 40), contents), max_size=6).map(
    lambda items: _in_order(items)
)


def _in_order(items):
    at = 0.0
    result = []
    for pause, length, text in items:
        result.append(line(at + pause, at + pause + length, text))
        at += pause + length
    return result


def cue_times_are_sound(spans):
    end = 0
    for start, stop in spans:
        assert start >= end
        assert 0 < stop - start <= 7.0005
        end = stop


@given(lines_in_order)
@settings(max_examples=80)
def test_subrip_can_be_parsed_never_overlaps_and_holds_all_text(lines):
    text = rendered("srt", *lines)
    cues = list(srt.parse(text))
    assert [cue.index for cue in cues] == list(range(1, len(cues) + 1))
    cue_times_are_sound([(cue.start.total_seconds(), cue.end.total_seconds()) for cue in cues])
    said = bare("".join(entry.text for entry in lines)).replace("-->", "→")
    assert bare("".join(cue.content for cue in cues)) == said


@given(lines_in_order)
@settings(max_examples=80)
def test_no_cue_has_more_than_two_lines_of_readable_length(lines):
    blocks = rendered("srt", *lines).split("\r\n\r\n")
    for block in filter(None, blocks):
        rows = block.split("\r\n")[2:]
        assert 1 <= len(rows) <= 2
        for row in rows:
            assert len(row) <= 42
            assert sum(map(is_wide, row)) <= 18


def milliseconds(clock):
    hours, minutes, seconds = clock.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


@given(lines_in_order)
@settings(max_examples=80)
def test_webvtt_can_be_parsed_and_agrees_with_subrip(lines):
    text = rendered("vtt", *lines)
    parsed = [(milliseconds(cue.start), milliseconds(cue.end), bare(cue.text)) for cue in webvtt.from_string(text)]
    subrip = [
        (round(cue.start / MS), round(cue.end / MS), bare(cue.content)) for cue in srt.parse(rendered("srt", *lines))
    ]
    assert [cue[:2] for cue in parsed] == [cue[:2] for cue in subrip]
    assert [html.unescape(cue[2]) for cue in parsed] == [html.unescape(cue[2]) for cue in subrip]
    assert not re.search(r"-->(?! \d\d)", text)


@given(lines_in_order)
@settings(max_examples=50)
def test_json_and_csv_hold_every_text_exactly(lines):
    content = json.loads(rendered("json", *lines))
    expected = [entry.text.encode(errors="replace").decode() for entry in lines]
    assert [segment["text"] for segment in content["segments"]] == expected
    _, *rows = csv.reader(io.StringIO(rendered("csv", *lines), newline=""))
    cells = [row[4] for row in rows]
    assert [cell[1:] if re.match(r"''*[=+\-@\t\r\n＝＋－＠]", cell) else cell for cell in cells] == expected


@given(lines_in_order, st.sampled_from(["en", "fr", "zh"]))
@settings(max_examples=50)
def test_plain_text_holds_every_text(lines, language):
    assert bare(rendered("txt", *lines, language=language)) == bare("".join(entry.text for entry in lines))


PARAGRAPHS = (line(0, 2, "One."), line(2.5, 4, "Two."), line(6, 7, "Three."), line(7.5, 8, "Four.", engine="aiOla"))


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        ("txt", "One. Two.\n\nThree. Four.\n"),
        ("md", "**10:42:07** One. Two.\n\n**10:42:13** Three.\n\n**10:42:14** Four. *(aiOla)*\n"),
    ],
)
def test_a_pause_begins_a_paragraph(format, expected):
    written = render(replace(document(*PARAGRAPHS), pause_s=2), format).decode()
    assert written.endswith(expected)


def test_subtitles_and_tables_have_no_paragraphs():
    for format in ("srt", "vtt", "csv", "json"):
        assert render(replace(document(*PARAGRAPHS), pause_s=2), format) == render(document(*PARAGRAPHS), format)
