"""Keywords: spoken forms are replaced by written forms."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.text.keywords import Keyword, Keywords

ALPHABET = "abcABC ßẞİıiIΣσςéÉe\u0301öK\u212a-_'’.,+\\1\n\t北京กี่\u200d👩💻ﬁ"
texts = st.text(alphabet=ALPHABET, max_size=40) | st.text(max_size=40)
words = st.text(alphabet="abc", min_size=1, max_size=3)
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)


def written(text: str, *pairs: tuple[str, str]) -> str:
    return Keywords(Keyword(*pair) for pair in pairs).rewrite(text).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres is up", "PostgreSQL is up"),
        ("Postgres, POSTGRES; postgres.", "PostgreSQL, PostgreSQL; PostgreSQL."),
        ("postgresql mypostgres postgres2 post_gres", "postgresql mypostgres postgres2 post_gres"),
        ("postgres's", "PostgreSQL's"),
        ("use k eight s now", "use Kubernetes now"),
        ("use k \t eight\ns now", "use Kubernetes now"),
        ("use K-Eight-S now", "use Kubernetes now"),
        ("k eight", "k eight"),
        ("k8s k eights", "k8s k eights"),
    ],
)
def test_a_spoken_form_is_found_as_whole_words_in_any_case(text, expected):
    assert written(text, ("postgres", "PostgreSQL"), ("k eight s", "Kubernetes")) == expected


def test_hyphen_in_the_spoken_form_also_matches_a_space():
    assert written("an e mail and an e-mail", ("e-mail", "email")) == "an email and an email"
    assert written("straßen-bahn straßen bahn", ("straßen bahn", "Tram")) == "Tram Tram"
    assert written("ein -straßen- bahn", ("straßen bahn", "Tram")) == "ein -straßen- bahn"


def test_the_longest_form_wins_whatever_the_order():
    pairs = [("sql", "SQL"), ("sql server", "SQL Server"), ("sql server express", "SSE")]
    for order in (pairs, pairs[::-1]):
        assert written("sql, sql server, sql server express", *order) == "SQL, SQL Server, SSE"


def test_a_shorter_form_is_found_where_the_longer_breaks_off():
    assert written("new york new", ("new york city", "NYC"), ("york", "York")) == "new York new"


def test_replaced_text_is_not_searched_again():
    assert written("a b", ("a", "b"), ("b", "a")) == "b a"
    assert written("ping", ("ping", "ping ping ping")) == "ping ping ping"


def test_written_form_is_literal_text():
    assert written("path", ("path", r"C:\1\g<0>\n")) == r"C:\1\g<0>\n"


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("the post office is closed", ("post", "post office")),
        ("the Post Office is closed", ("post", "post office")),
        ("our post office", ("office", "post office")),
        ("SQL Server", ("sql server", "SQL Server")),
        ("see (Acme) now", ("acme", "(Acme)")),
        ("go to New York City", ("new york", "New York City")),
        ("北京市", ("北京", "北京市")),
    ],
)
def test_text_that_has_the_written_form_already_is_left_alone(text, pair):
    assert written(text, pair) == text


def test_a_written_form_heard_in_lower_case_gets_its_capitals():
    assert written("new york city", ("new york", "New York City")) == "New York City"
    assert written("let us post it", ("you es post", "US Post")) == "let us post it"


@pytest.mark.parametrize(
    ("text", "spoken", "expected"),
    [
        ("die STRASSE, strasse, straße", "Straße", "die X, X, X"),
        ("İstanbul istanbul ISTANBUL", "istanbul", "X X X"),
        ("ΟΔΟΣ οδος οδοσ", "οδός".replace("ό", "ο"), "X X X"),
        ("e\u0301lan élan ÉLAN", "élan", "X X X"),
        ("élané élanx elan e\u0301lane\u0301", "élan", "élané élanx elan e\u0301lane\u0301"),
        ("cafe\u0301", "cafe", "cafe\u0301"),
        ("हिन्दी हिन्", "हिन्", "हिन्दी X"),
        ("c++ c++11 xc++", "c++", "X c++11 xc++"),
        (".net asp.net .network", ".net", "X asp.net .network"),
        ("a & b a&b", "a & b", "X a&b"),
        ("can can't CAN’T can.", "can", "X can't CAN’T X."),
        ("l’élan", "élan", "l’X"),
    ],
)
def test_unicode_is_compared_by_meaning_and_words_end_where_people_see_them_end(text, spoken, expected):
    assert written(text, (spoken, "X")) == expected


@pytest.mark.parametrize(
    ("text", "spoken", "expected"),
    [
        ("我去北京了", "北京", "我去X了"),
        ("我去 北 京 了", "北京", "我去 X 了"),
        ("用postgres数据库", "postgres", "用X数据库"),
        ("東京タワーへ", "タワー", "東京Xへ"),
        ("ไปกรุงเทพครับ", "กรุงเทพ", "ไปXครับ"),
        ("ຢູ່ວຽງຈັນແລ້ວ", "ວຽງຈັນ", "ຢູ່Xແລ້ວ"),
        ("ទៅភ្នំពេញហើយ", "ភ្នំពេញ", "ទៅXហើយ"),
        ("မြန်မာနိုင်ငံ", "မြန်မာ", "Xနိုင်ငံ"),
    ],
)
def test_scripts_without_spaces_have_no_word_boundary(text, spoken, expected):
    assert written(text, (spoken, "X")) == expected


def test_letter_is_not_separated_from_its_marks():
    assert written("กี่", ("ก", "X")) == "กี่"


def test_entries_with_a_blank_form_are_ignored():
    keywords = Keywords([Keyword("", "x"), Keyword(" \t", "y"), Keyword("um", "  ")])
    assert keywords.rewrite("um, well").text == "um, well"
    assert len(keywords) == 0


def test_of_duplicates_the_last_counts():
    keywords = Keywords([Keyword("A b", "first"), Keyword("c", "see"), Keyword("a-B", "last")])
    assert keywords.rewrite("a b").text == "last"
    assert {entry.spoken: entry.written for entry in keywords.entries} == {"c": "see", "a-B": "last"}
    assert len(keywords) == 2


def test_a_written_form_may_be_a_line_break():
    assert written("one break two", ("break", "\n")) == "one \n two"


def test_ranges_of_written_forms_are_returned():
    text, exact = Keywords([Keyword("ai", "Comma AI"), Keyword("x", "yy")]).rewrite("the ai and Comma AI x")
    assert [text[start:end] for start, end in exact] == ["Comma AI", "Comma AI", "yy"]


@given(texts, st.lists(st.tuples(texts, texts), max_size=6))
def test_no_text_and_no_keyword_makes_it_fail_or_lose_everything(text, pairs):
    result = written(text, *pairs)
    assert bool(result) == bool(text)


@given(st.dictionaries(phrases, phrases, max_size=6))
def test_a_text_that_is_a_written_form_stays_unless_it_is_a_spoken_form_as_well(pairs):
    for form in set(pairs.values()) - set(pairs):
        assert written(form, *pairs.items()) == form
        assert written(f"({form})", *pairs.items()) == f"({form})"


@given(st.lists(phrases, min_size=1, max_size=8).map(" ".join), st.lists(phrases, max_size=5))
def test_text_outside_matches_is_unchanged_and_replaced_text_is_not_searched(text, spoken):
    """Compared with a regular expression of the same meaning."""
    pairs = dict.fromkeys(spoken, "")
    pairs = {phrase: f"<{number}>" for number, phrase in enumerate(pairs)}
    if pairs:
        longest_first = sorted(pairs, key=len, reverse=True)
        pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"
        expected = re.sub(pattern, lambda found: pairs[found[0]], text)
    else:
        expected = text
    assert written(text, *pairs.items()) == expected


@given(texts, st.lists(texts, max_size=5))
def test_every_part_is_either_the_same_or_exactly_a_written_form(text, spoken):
    keywords = Keywords(Keyword(form, "\ue000") for form in spoken)
    if "\ue000" in text:
        return
    pattern = ".*".join(map(re.escape, keywords.rewrite(text).text.split("\ue000")))
    assert re.fullmatch(pattern, text, re.DOTALL)


@given(texts, texts)
def test_canonically_equal_texts_are_treated_alike(text, spoken):
    result = written(text, (spoken, "\ue000"))
    decomposed = written(unicodedata.normalize("NFD", text), (unicodedata.normalize("NFC", spoken), "\ue000"))
    assert unicodedata.normalize("NFC", result) == unicodedata.normalize("NFC", decomposed)


def test_five_thousand_entries_are_applied_to_the_right_ones():
    keywords = Keywords(Keyword(f"word {number} x", f"W{number}") for number in range(5000))
    assert keywords.rewrite("word 4321 x, word 0 x; word 5000 x").text == "W4321, W0; word 5000 x"
