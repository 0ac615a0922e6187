"""Finals become segments of prose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saywrite.foundation.events import Segment
from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.transcript import Change, Composition, Transcript, normalize


def rules(*pairs, language="en", commands=True):
    return Composition(Keywords(Keyword(*pair) for pair in pairs), language, commands)


def transcript(*finals, **options):
    result = Transcript()
    for number, final in enumerate(finals):
        result.add(final, number * 100, number * 100 + 50, rules(**options))
    return result


def test_a_final_becomes_a_segment_with_its_place_and_its_raw_text():
    change = Transcript().add(" use  k eight s ", 160, 320, rules(("k eight s", "Kubernetes")))
    segment = Segment(1, "Use Kubernetes", " use  k eight s ", 160, 320)
    assert change == Change((segment,), ())


def test_translation_belongs_to_the_segment_with_the_same_end():
    result = transcript("eins", "zwei")
    change = result.translate(50, " one  two ")
    assert change == Change((Segment(1, "Eins", "eins", 0, 50, "one two"),), ())
    assert [segment.translation for segment in result.segments] == ["one two", ""]


def test_translation_keeps_an_edited_text():
    result = transcript("eins")
    result.edit(1, "Eins!")
    result.translate(50, "one")
    assert result.segments == (Segment(1, "Eins!", "eins", 0, 50, "one"),)


def test_translation_of_a_removed_segment_changes_nothing():
    result = transcript("eins", "scratch that")
    assert result.translate(50, "one") == Change()
    assert result.segments == ()


def test_text_of_another_engine_is_marked_with_it():
    (segment,) = Transcript().add("hi", 0, 9, rules(), engine="local").added
    assert segment.engine == "local"


def test_finals_join_into_prose_and_rows_have_no_leading_space():
    result = transcript("hello", "comma world full stop", "new line", "next i say", "question mark")
    assert [segment.text for segment in result.segments] == ["Hello", ", world.", "\n", "Next I say", "?"]
    assert [segment.number for segment in result.segments] == [1, 2, 3, 4, 5]
    assert result.text() == "Hello, world.\nNext I say?"


def test_commands_are_words_when_they_are_switched_off():
    assert transcript("hello comma", "scratch that", commands=False).text() == "Hello comma scratch that"


def test_keywords_come_first_and_their_written_forms_are_no_commands():
    result = Transcript()
    result.add("comma ai period", 0, 1, rules(("comma ai", "Comma AI"), ("period", "Periode")))
    assert result.text() == "Comma AI Periode"


def test_new_rules_hold_from_the_next_final_on():
    result = Transcript()
    result.add("postgres", 0, 1, rules())
    result.add("postgres", 1, 2, rules(("postgres", "PostgreSQL")))
    assert result.text() == "Postgres PostgreSQL"


def test_scratch_that_alone_removes_the_last_segment():
    result = transcript("one", "two")
    assert result.add("Scratch that.", 900, 1000, rules()) == Change(removed=(2,))
    assert result.text() == "One"
    assert result.add("scratch that scratch that", 900, 1000, rules()) == Change(removed=(1,))
    numbers = [result.add("three", 11, 12, rules()).added[0].number for _ in range(3)]
    assert numbers == [3, 4, 5]


def test_scratch_that_in_a_final_removes_the_text_before_it():
    result = transcript("one")
    assert result.add("two scratch that three", 900, 1000, rules()).removed == ()
    assert result.text() == "One three"


def test_scratch_that_at_the_start_removes_the_last_segment_and_adds_the_rest():
    result = transcript("one", "two")
    change = result.add("scratch that, three", 900, 1000, rules())
    assert change.removed == (2,)
    assert [segment.text for segment in change.added] == ["three"]
    assert result.text() == "One three"


def test_capitals_depend_on_the_text_left_after_scratch_that():
    result = transcript("one full stop", "two")
    result.add("scratch that three", 900, 1000, rules())
    assert result.text() == "One. Three"


@pytest.mark.parametrize("raw", ["", "  \t\n", "\x00", "\ufeff"])
def test_final_without_text_adds_no_segment(raw):
    result = transcript("one")
    assert result.add(raw, 5, 6, rules()) == Change()
    assert result.add("two", 7, 8, rules()).added[0].number == 2


def test_an_edit_changes_the_text_and_nothing_else():
    result = transcript("one", "two", "three")
    assert result.edit(2, " zwei ") == Change((Segment(2, "zwei", "two", 100, 150),))
    assert result.text() == "One zwei three"


def test_edit_influences_the_next_segment():
    result = transcript("one", "two")
    result.edit(2, "two.")
    result.add("three", 500, 600, rules())
    assert result.text() == "One two. Three"


def test_edit_to_an_empty_text_removes_the_segment():
    result = transcript("one", "two")
    assert result.edit(1, "  ") == Change(removed=(1,))
    assert result.text() == "two"


def test_unknown_numbers_are_refused():
    result = transcript("one", "two")
    result.remove(1)
    for number in (0, 1, 3):
        with pytest.raises(KeyError):
            result.remove(number)
        with pytest.raises(KeyError):
            result.edit(number, "x")


def test_transcript_continues_segments_of_the_history():
    result = Transcript([Segment(4, "Earlier.", "earlier", 0, 1)])
    assert result.add("later", 2, 3, rules()).added[0].number == 5
    assert result.text() == "Earlier. Later"


def test_each_segment_keeps_the_spaces_of_its_language():
    result = Transcript()
    result.add("really", 0, 1, rules(language="en"))
    result.add("point d'interrogation", 1, 2, rules(language="fr"))
    result.add("question mark", 2, 3, rules(language="en"))
    assert result.text() == "Really\u202f??"


def test_text_is_normalized_and_can_be_encoded():
    assert normalize("cafe\u0301 \t\r\n x\x00y\u00a0!") == "café xy\u00a0!"
    assert normalize("a\ud800b").encode() == "a\ufffdb".encode()
    assert normalize("a \u00a0b\u00a0\u202fc") == "a b c", "two kinds of spaces are one space"


def test_a_long_transcript_looks_only_at_its_end():
    """Adding to 100,000 segments reads a few rows; accesses are counted."""

    class Rows(list):
        touched = 0

        def __getitem__(self, at):
            Rows.touched += len(range(*at.indices(len(self)))) if isinstance(at, slice) else 1
            return super().__getitem__(at)

    result = Transcript(Segment(number, "hello there", "", 0, 1) for number in range(1, 100_001))
    result._rows = Rows(result._rows)
    result.add("and more", 1, 2, rules())
    assert 0 < Rows.touched < 200


finals = st.lists(
    st.lists(
        st.sampled_from(["one", "Two", ".", "comma", "period", "new line", "scratch that", "北京", "i", '"', "a"]),
        max_size=5,
    ).map(" ".join)
    | st.text(max_size=8),
    max_size=8,
)


@given(finals, st.sampled_from(["en", "fr", "zh", "xx"]), st.booleans())
def test_returned_changes_are_the_changes_made(spoken, language, commands):
    result = Transcript()
    known: dict[int, Segment] = {}
    highest = 0
    for raw in spoken:
        change = result.add(raw, 0, 1, rules(language=language, commands=commands))
        for number in change.removed:
            del known[number]
        for segment in change.added:
            assert segment.number > highest
            assert segment.text
            assert segment.text.strip(" \u00a0\u202f") == segment.text
            highest = segment.number
            known[highest] = segment
        assert result.segments == tuple(known.values())


@given(finals, st.sampled_from(["en", "fr", "zh", "xx"]))
@settings(max_examples=60)
def test_without_commands_every_final_with_text_has_a_segment(spoken, language):
    result = Transcript()
    for raw in spoken:
        change = result.add(raw, 0, 1, rules(("one", "two"), language=language, commands=False))
        assert bool(change.added) == bool(normalize(raw).strip("\u00a0\u202f\u3000 "))
        assert not change.removed
    whole = "".join("".join(segment.text for segment in result.segments).split())
    assert "".join(result.text().split()) == whole


@pytest.mark.parametrize(
    "char",
    [*map(chr, range(0x80, 0xA0)), *"\x00\x07\x1b\x7f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe"],
)
def test_control_and_direction_characters_are_removed_from_finals(char):
    result = Transcript()
    result.add(f"pay 1{char}00 now", 0, 1, rules())
    result.translate(1, f"zahl 1{char}00")
    expected = ("1 00", "1 00") if char == "\x85" else ("100", "100")  # U+0085 is a line break
    (segment,) = result.segments
    assert (segment.text, segment.translation) == (f"Pay {expected[0]} now", f"zahl {expected[1]}")


@pytest.mark.parametrize(
    "text", ["👩\u200d💻 ok", "می\u200cخواهم", "a\u200eb", "x\u00a0y", "🏴\U000e0067\U000e0062\U000e007f"]
)
def test_joiners_and_ordinary_characters_stay_in_finals(text):
    assert normalize(text) == text


def test_final_gets_its_place_in_the_order_of_the_sound():
    result = transcript("One.", "two")
    first, second = result.segments
    middle = result.add("between", first.end, second.start, rules()).added[0]
    assert [segment.number for segment in result.segments] == [1, 3, 2]
    assert result.text() == "One. Between Two"
    result.edit(middle.number, "Inserted")
    assert result.text() == "One. Inserted Two"
    assert Transcript(result.segments).add("last", 500, 600, rules()).added[0].number == 4


def test_scratch_that_removes_the_segment_before_it_in_the_sound():
    result = transcript("one", "two")
    assert result.add("scratch that", result.segments[0].end, result.segments[0].end + 1, rules()).removed == (1,)
