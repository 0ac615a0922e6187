"""The dictionary without slurs and swear words: exact words, stems, parts, and what must stay."""

from saywrite.speech.sphinx import UNWANTED, filtered

DICTIONARY = b"""\
ass AE S
asset AE S EH T
bigass-hat B IH G
cocktail K AA K T EY L
duck D AH K
duck's D AH K S
duck(2) D UH K
ducks D AH K S
ducks' D AH K S
geese G IY S
half-ass HH AE F
stemmed S T EH M D
stemming S T EH M IH NG
system S IH S T AH M
"""


def left(unwanted: str) -> list[str]:
    return [line.split()[0].decode() for line in filtered(DICTIONARY, unwanted).splitlines()]


def test_a_word_goes_with_its_possessive_and_its_other_pronunciations() -> None:
    gone = {"duck", "duck's", "duck(2)"}
    assert left("duck") == [word for word in left("") if word not in gone]
    assert "ducks" not in left("ducks")
    assert "ducks'" not in left("ducks")


def test_a_stem_takes_its_words_and_a_part_every_word_that_holds_it() -> None:
    assert {"stemmed", "stemming", "system"} - set(left("stem*")) == {"stemmed", "stemming"}
    assert {"stemmed", "stemming", "system"} - set(left("*stem*")) == {"stemmed", "stemming", "system"}
    assert {"ass", "half-ass", "asset", "bigass-hat"} - set(left("*-ass")) == {"half-ass"}


def test_comments_and_empty_lines_are_no_words() -> None:
    assert left("# duck\n\n") == left("")


def test_nothing_else_changes() -> None:
    assert filtered(DICTIONARY, "") == DICTIONARY


def test_the_list_says_what_it_is_for_and_is_in_order() -> None:
    text = UNWANTED.read_text("utf-8")
    assert text.startswith("# Words the basic recogniser must not")
    words = [line for line in text.splitlines() if line and line[0] not in "#"]
    assert len(set(words)) == len(words)
    assert words == sorted(words, key=lambda word: word.strip("*-"))
