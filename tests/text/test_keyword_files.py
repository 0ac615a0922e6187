"""Keyword files: bad entries are reported by line, good ones are kept."""

import codecs
import contextlib
import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.errors import KeywordsError
from saywrite.text.keyword_sets.keyword_files import Import, read, read_csv, read_json, write_csv, write_json
from saywrite.text.keywords import Keyword

GOOD = (Keyword("k eight s", "Kubernetes"), Keyword("acme", "ACME, Inc."))

spoken = st.text(min_size=1, max_size=12).filter(str.strip).map(str.strip)
forms = st.text(alphabet="ab=+-@'\"\t\r\n,;é北", min_size=1, max_size=10) | st.text(min_size=1, max_size=10)
written = forms.filter(str.strip).map(str.strip)
lists = st.lists(st.builds(Keyword, spoken, written), max_size=8)


def surrogates_aside(keywords):
    return all(not "\ud800" <= char <= "\udfff" for entry in keywords for char in entry.spoken + entry.written)


@pytest.mark.parametrize(
    "text",
    [
        'spoken,written\r\nk eight s,Kubernetes\r\nacme,"ACME, Inc."\r\n',
        'k eight s,Kubernetes\nacme,"ACME, Inc."',
        "spoken;written\nk eight s;Kubernetes\nacme;ACME, Inc.\n",
        "k eight s\tKubernetes\nacme\tACME, Inc.\n",
        "\ufeffSpoken;Written\rk eight s;Kubernetes\racme;ACME, Inc.\r",
        "sep=;\nk eight s;Kubernetes\nacme;ACME, Inc.\n",
        'written,note,spoken\nKubernetes,x,k eight s\n"ACME, Inc.",,acme\n',
        ' k eight s , Kubernetes \n\n,,\nacme,"ACME, Inc.",,\n',
    ],
)
def test_csv_is_read_with_or_without_header_and_with_any_usual_delimiter(text):
    assert read_csv(text) == Import(GOOD)


@pytest.mark.parametrize(
    ("text", "spoken", "written"),
    [
        ("sep=\t\na;b\tc\n", "a;b", "c"),  # without the hint, a semicolon would separate the row
        ("sep=arator,Separator\n", "sep=arator", "Separator"),
        ("\nspoken;written;note\na;A;usual, in letters\n", "a", "A"),  # the header tells, not the commas
    ],
)
def test_the_delimiter_is_the_one_that_the_file_names(text, spoken, written):
    assert read_csv(text) == Import((Keyword(spoken, written),))


def test_the_named_delimiter_counts_more_than_rows_that_another_one_would_split():
    text = "sep=;\na\tx;A;\nb\ty;B;\n"
    assert read_csv(text) == Import((Keyword("a\tx", "A"), Keyword("b\ty", "B")))


def test_written_json_can_be_read_and_edited_by_people():
    assert write_json([Keyword("gruesse", "Grüße")]) == '{\n  "gruesse": "Grüße"\n}\n'
    assert json.loads(write_json([Keyword("a", "A"), Keyword("a", "B")])) == [
        {"spoken": "a", "written": "A"},
        {"spoken": "a", "written": "B"},
    ]


def test_a_template_of_several_lines_keeps_its_last_empty_line():
    found = read_json('{"greeting": " Best regards,\\nJo\\n", "name": " Jo "}')
    assert [entry.written for entry in found.keywords] == [" Best regards,\nJo\n", "Jo"]


def test_the_form_that_is_no_text_is_named():
    found = read_json(
        '[{"spoken": 1, "written": "A"},\n{"spoken": "b", "written": 2},\n{"spoken": "c", "written": "C"}]'
    )
    assert [problem.what for problem in found.problems] == [
        "the spoken form is not a text.",
        "the written form is not a text.",
    ]


def test_bad_rows_are_named_by_line_and_good_ones_kept():
    text = 'spoken,written\na,A\nlonely\n"open,b\n,nothing said\nc,\nd,"two\nlines"\ne,E\n"x" y,z\n'
    found = read_csv(text)
    assert found.keywords == (Keyword("a", "A"), Keyword("d", "two\nlines"), Keyword("e", "E"))
    assert [problem.line for problem in found.problems] == [3, 4, 5, 6, 10]
    assert all(problem.what.endswith(".") for problem in found.problems)


def test_a_written_form_may_be_longer_than_the_csv_module_allows_by_default():
    text = "word " * 40_000
    assert read_csv(f"mine,{text}\n").keywords == (Keyword("mine", text.strip()),)
    assert read_csv(write_csv([Keyword("mine", text)])).keywords == (Keyword("mine", text.strip()),)


def test_a_row_with_an_unquoted_comma_is_not_guessed_at():
    found = read_csv("a,A\naddress,Main Street, 5\n")
    assert found.keywords == (Keyword("a", "A"),)
    assert found.problems[0].line == 2


def test_an_empty_file_is_an_empty_list():
    assert read_csv("") == read_csv("spoken,written\n") == read_json("{}") == read_json("[]") == Import(())


def test_text_that_holds_no_row_at_all_is_an_error_with_a_remedy():
    with pytest.raises(KeywordsError) as error:
        read_csv("just a letter\nto a friend\n")
    assert "Line 1" in error.value.what
    assert error.value.remedy


def test_json_is_an_object_or_a_list_of_objects():
    assert read_json('{"k eight s": "Kubernetes", "acme": "ACME, Inc."}') == Import(GOOD)
    content = [{"spoken": entry.spoken, "written": entry.written, "note": 1} for entry in GOOD]
    assert read_json("\ufeff" + json.dumps(content)) == Import(GOOD)


def test_bad_json_entries_are_named_by_line():
    found = read_json('[\n{"spoken": "a", "written": "A"},\n5,\n{"spoken": "b"},\n\n{"spoken":\n" ","written":"x"}]')
    assert found.keywords == (Keyword("a", "A"),)
    assert [problem.line for problem in found.problems] == [3, 4, 6]
    found = read_json('{\n"a": "A",\n"b": 5,\n"c": "C"}')
    assert found.keywords == (Keyword("a", "A"), Keyword("c", "C"))
    assert [problem.line for problem in found.problems] == [3]


@pytest.mark.parametrize("damage", ['{"a": "A",\n"b": "B', '{"a": "A"\n"b": "B"}', '{"a": "A"}\n}', '{"a": "A"'])
def test_entries_before_the_damage_of_a_json_file_are_kept(damage):
    found = read_json(damage)
    assert found.keywords == (Keyword("a", "A"),)
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    "text", ["", "spoken,written", '"text"', "5", "null", "{", "[3]", "[" * 100_000, "[" + "9" * 9999]
)
def test_other_json_files_are_an_error(text):
    with pytest.raises(KeywordsError):
        read_json(text)


def test_a_lone_surrogate_is_a_problem_and_not_a_crash_later():
    found = read_json('{"a": "A", "b": "\\ud800"}')
    assert found.keywords == (Keyword("a", "A"),)
    assert found.problems[0].line == 1


@pytest.mark.parametrize(
    "data",
    [
        "straße;Straße".encode(),
        codecs.BOM_UTF8 + "straße;Straße".encode(),
        "straße;Straße".encode("utf-16"),
        "straße;Straße".encode("cp1252"),
    ],
)
def test_files_are_read_in_the_encodings_excel_writes(data):
    assert read("list.CSV", data) == Import((Keyword("straße", "Straße"),))
    assert read("List.JSON", b'{"a": "A"}') == Import((Keyword("a", "A"),))


def test_the_rows_before_the_end_of_a_cut_file_are_read():
    assert Keyword("straße", "Straße") in read("list.csv", "straße;Straße\nb;B".encode("utf-16")[:-1]).keywords


def test_no_written_cell_is_a_formula_in_a_spreadsheet():
    text = write_csv([Keyword("sum", "=SUM(A1)"), Keyword("-x", "'=y")])
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@given(lists.filter(surrogates_aside))
def test_csv_comes_back_as_it_was_written(keywords):
    assert read_csv(write_csv(keywords)) == Import(tuple(keywords))


@given(lists.filter(surrogates_aside))
def test_json_comes_back_as_it_was_written(keywords):
    assert read_json(write_json(keywords)) == Import(tuple(keywords))


@given(st.text(alphabet='ab,;\t"\r\n{}[]:\\\ufeff=', max_size=60) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    for reader in (read_csv, read_json):
        try:
            found = reader(text)
        except KeywordsError:
            pass
        else:
            assert all(entry.spoken and entry.written for entry in found.keywords)
            lines = len(io.StringIO(text, newline="").readlines()) + 1
            assert all(1 <= problem.line <= lines for problem in found.problems)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    for name in ("a.csv", "a.json"):
        with contextlib.suppress(KeywordsError):
            read(name, data)
