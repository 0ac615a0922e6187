"""Spoken punctuation and commands, tested through the text that they produce."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.text.phrase_index import key
from saywrite.text.spacing import TextPiece, compose
from saywrite.text.spoken_punctuation.marks import Role
from saywrite.text.spoken_punctuation.parser import LANGUAGES, ScratchThat, parse
from saywrite.text.spoken_punctuation.tables import TABLES


def spoken(text, language="en"):
    """Return what is written for `text`, without capitals; ⌫ stands for "scratch that"."""
    parts = [TextPiece("⌫") if isinstance(piece, ScratchThat) else piece for piece in parse(text, language)]
    return compose("", parts, language, capitals=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello comma how are you question mark", "hello, how are you?"),
        ("stop full stop wow exclamation mark no exclamation point", "stop. wow! no!"),
        ("two things colon one semicolon two", "two things: one; two"),
        ("wait ellipsis what", "wait… what"),
        ("he said open quote hello close quote period", "he said “hello”."),
        ("see open parenthesis page two close parenthesis comma please", "see (page two), please"),
        ("x open bracket one close bracket", "x [one]"),
        ("state hyphen of hyphen the art", "state-of-the art"),
        ("either slash or", "either/or"),
        ("one dash two", "one – two"),
        ("me at sign example", "me@example"),
        ("twenty percent sign off", "twenty% off"),
        ("dear bob comma new line thanks new paragraph bye", "dear bob,\nthanks\n\nbye"),
        ("COMMA Question-Mark", ",?"),
    ],
)
def test_english_punctuation_is_written(text, expected):
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Hallo Komma wie geht es Fragezeichen neue Zeile gut Punkt", "Hallo, wie geht es?\ngut."),
        ("de", "er sagt Doppelpunkt Anführungszeichen auf ja Anführungszeichen zu", "er sagt: „ja“"),
        ("de", "das sind 3 Komma 5 Liter", "das sind 3,5 Liter"),
        ("fr", "bonjour virgule ça va point d'interrogation", "bonjour, ça va\u202f?"),
        ("fr", "il dit deux points ouvrez les guillemets oui fermez les guillemets", "il dit\u202f: «\u202foui\u202f»"),
        ("fr", "voilà point à la ligne suite", "voilà.\nsuite"),
        ("es", "hola coma abrir interrogación qué tal cerrar interrogación", "hola, ¿qué tal?"),
        ("es", "fin punto y aparte otro punto y coma más", "fin.\n\notro; más"),
        ("pt", "olá vírgula tudo bem ponto de interrogação", "olá, tudo bem?"),
        ("pt", "a seguir dois pontos abre aspas sim fecha aspas ponto final", "a seguir: “sim”."),
        ("it", "ciao virgola come stai punto interrogativo a capo bene punto", "ciao, come stai?\nbene."),
        ("it", "allora due punti apri virgolette sì chiudi virgolette", "allora: “sì”"),
        ("zh", "你好逗号世界句号换行再见感叹号", "你好，世界。\n再见！"),
        ("zh", "他说冒号左引号好右引号", "他说：“好”"),
        ("zh", "你好逗號世界問號", "你好，世界？"),
        ("ja", "こんにちは読点世界句点改行さようなら感嘆符", "こんにちは、世界。\nさようなら！"),
        ("ja", "かぎ括弧開くはいかぎ括弧閉じる", "「はい」"),
    ],
)
def test_each_language_has_its_own_words_and_marks(language, text, expected):
    assert spoken(text, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, comma, how are you? Question mark.", "Hello, how are you?"),
        ("Hello. Comma. How are you.", "Hello, How are you."),
        ("Hello. New paragraph. Next.", "Hello.\n\nNext."),
        ("Hello, new line, next", "Hello\nnext"),
        ("New line.", "\n"),
        ("He said: open quote, yes. Close quote.", "He said: “yes.”"),
        ("He said open quote yes close quote. Then he left.", "He said “yes”. Then he left."),
        ("at 5 p.m. comma or later", "at 5 p.m., or later"),
        ("use, comma, .NET", "use, .NET"),
    ],
)
def test_punctuation_a_recognizer_put_around_a_command_is_swallowed(text, expected):
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "a period of time"),
        ("en", "the trial period ends"),
        ("en", "after a long period he came"),
        ("en", "put a comma here"),
        ("en", "our new line of products"),
        ("en", "the colon is a part of the body"),
        ("en", "i want to scratch that itch"),
        ("en", "i'll scratch that"),
        ("en", "please delete that file"),
        ("en", "commas and periods"),
        ("de", "der Punkt ist klar"),
        ("de", "Punkt für Punkt"),
        ("de", "ich lese die letzte neue Zeile laut vor"),
        ("de", "wir brauchen einen weiteren neuen Absatz davor"),
        ("fr", "de mon point de vue"),
        ("fr", "il est sur le point de partir"),
        ("es", "a las tres en punto"),
        ("es", "desde el punto de vista"),
        ("es", "quiere que coma"),
        ("pt", "até certo ponto"),
        ("it", "a questo punto"),
        ("it", "è a capo di tutto"),
        ("zh", "这是一个逗号"),
        ("ja", "ここで改行してください"),
        ("ja", "コロンビアへ行く"),
        ("ja", "句読点"),
    ],
)
def test_the_same_words_in_prose_stay_words(language, text):
    assert spoken(text, language) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_context_names_commands_of_its_language(language):
    table = TABLES[language]
    inner = [names.removeprefix("*").removeprefix("-") for names in re.findall(r"\[(.+?)\]", table.contexts)]
    names = {name for group in inner for name in group.split("/") if name}
    assert names - set(table.marks) == set()


def test_the_escape_word_writes_a_command_as_words():
    assert spoken("say literal comma or literal new line comma please") == "say comma or new line, please"
    assert spoken("a literal translation") == "a literal translation"
    assert spoken("schreib wörtlich Komma Punkt", "de") == "schreib Komma."


def test_scratch_that_is_a_piece_of_its_own():
    assert spoken("monday scratch that tuesday") == "monday⌫ tuesday".replace("⌫ ", " ⌫ ")
    assert spoken("Monday. Scratch that. Tuesday.") == "Monday ⌫ Tuesday."
    assert [type(piece) for piece in parse("Scratch that!", "en")] == [ScratchThat]
    assert [type(piece) for piece in parse("delete that.", "en")] == [ScratchThat]


def test_written_forms_of_keywords_contain_no_commands():
    text = "Comma AI and Yahoo! comma yes"
    pieces = parse(text, "en", exact=((0, 8), (13, 19)))
    assert compose("", [piece for piece in pieces if isinstance(piece, TextPiece)], "en", capitals=False) == (
        "Comma AI and Yahoo!, yes"
    )
    assert parse("a Literal Comma b", "en", exact=((2, 15),)) == (TextPiece("a Literal Comma b"),)


def test_a_stop_behind_a_spoken_question_mark_is_one_too_many():
    assert spoken("qué tal cerrar interrogación punto y aparte fin", "es") == "qué tal?\n\nfin"


def test_a_language_without_commands_gives_the_text_as_it_is():
    assert parse("comma", "ko") == (TextPiece("comma"),)
    assert set(LANGUAGES) == {"en", "de", "fr", "es", "pt", "it", "zh", "ja"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_listed_phrase_works_alone(language):
    """No phrase is listed for two marks."""
    seen = {}
    for phrase, mark in TABLES[language].marks.items():
        assert seen.setdefault(key(phrase), mark) == mark
        (piece,) = parse(phrase, language)
        if mark.role in (Role.SCRATCH, Role.SCRATCH_ALONE):
            assert isinstance(piece, ScratchThat)
        else:
            assert isinstance(piece, TextPiece)
            assert piece.text == mark.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_commands_people_need(language):
    marks = TABLES[language].marks.values()
    roles = {mark.role for mark in marks}
    assert roles >= {Role.OPENS, Role.CLOSES, Role.NO_SPACE, Role.BREAKS, Role.SCRATCH}
    assert {"\n", "\n\n", ":", "-"} - {mark.text for mark in marks} <= {":"}
    assert len([mark for mark in marks if mark.role is Role.ENDS]) >= 6


COMMAND_WORDS = frozenset({"comma", "period", "new", "line", "paragraph", "scratch", "that", "open", "close", "quote"})
OTHER_WORDS = frozenset({"a", "the", "of", "hello", "World", "3", "5", "iPhone"})
spoken_words = st.sampled_from(sorted(COMMAND_WORDS | OTHER_WORDS | {"literal", ",", ".", "?"}))
finals = st.lists(spoken_words, max_size=12).map(" ".join)


@given(finals)
def test_no_word_is_lost_but_commands_and_escapes(text):
    kept = re.findall(r"\w+", spoken(text))
    said = re.findall(r"\w+", text)
    assert [word for word in kept if word in OTHER_WORDS] == [word for word in said if word in OTHER_WORDS]


@given(st.text(alphabet="abcド 句点改行,.。!?'\n", max_size=30) | st.text(max_size=30), st.sampled_from(LANGUAGES))
def test_any_text_is_parsed_and_blank_text_gives_no_piece(text, language):
    assert bool(parse(text, language)) == bool(text.strip())


@given(st.text(alphabet="abc xyz,.", max_size=30), st.sampled_from(LANGUAGES))
def test_text_without_commands_is_one_untouched_piece(text, language):
    assert parse(text, language) == ((TextPiece(text),) if text.strip() else ())
