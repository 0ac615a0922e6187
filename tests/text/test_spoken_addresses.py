"""Spoken addresses, decimal marks and the contexts that make a mark a word."""

import pytest

from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.phrase_index import key, tokenize
from saywrite.text.spoken_punctuation.addresses import AddressWriter
from saywrite.text.spoken_punctuation.contexts import Contexts, neighborhood
from saywrite.text.spoken_punctuation.tables import TABLES
from saywrite.text.transcript import Composition, Transcript


def dictated(text, language="en", *pairs):
    transcript = Transcript()
    transcript.add(text, 0, 1, Composition(Keywords(Keyword(*pair) for pair in pairs), language, True))
    return transcript.text()


@pytest.mark.parametrize(
    ("language", "said", "written"),
    [
        ("en", "john at sign example period com", "john@example.com"),
        ("en", "john at sign example period com period", "john@example.com."),
        ("en", "John At Sign Example Dot Com is mine", "john@example.com is mine"),
        ("en", "example dot com", "example.com"),
        ("en", "jane hyphen doe at sign mail dot example dot co dot uk", "jane-doe@mail.example.co.uk"),
        ("en", "www dot example dot org slash help", "www.example.org/help"),
        ("en", "see README dot md", "See README.md"),
        ("en", "thanks period john at sign example period com", "Thanks. john@example.com"),
        ("en", "it works period example period then more", "It works. Example. Then more"),
        ("en", "the dot com bubble", "The dot com bubble"),
        ("en", "connect the dot com", "Connect the dot com"),
        ("de", "anna Klammeraffe beispiel Punkt de Punkt", "anna@beispiel.de."),
        ("de", "john Punkt smith at Zeichen beispiel Bindestrich haus Punkt com", "john.smith@beispiel-haus.com"),
        ("fr", "jean arobase exemple point fr", "jean@exemple.fr"),
        ("es", "ana arroba ejemplo punto es", "ana@ejemplo.es"),
        ("pt", "ana arroba exemplo ponto com ponto br", "ana@exemplo.com.br"),
        ("pt", "cheguei ponto com licença", "Cheguei. Com licença"),
        ("it", "mario chiocciola esempio punto it", "mario@esempio.it"),
        ("zh", "example点com", "example.com"),
        ("ja", "exampleドットcom", "example.com"),
    ],
)
def test_addresses_are_written_and_sentences_still_end(language, said, written):
    assert dictated(said, language) == written


def test_a_keyword_in_an_address_keeps_its_capitals_and_ranges_behind_it_move():
    assert dictated("saywrite dot com comma ai", "en", ("saywrite", "SayWrite"), ("ai", "AI")) == ("SayWrite.com, AI")
    assert dictated("buy polka", "en", ("polka", "Polka Dot Com")) == "Buy Polka Dot Com"
    text, exact = AddressWriter(TABLES["en"]).write("Ab at example dot com Cd", ((0, 2), (22, 24)))
    assert [text[start:end] for start, end in exact] == ["Ab", "example.com", "Cd"]


@pytest.mark.parametrize(
    ("language", "said", "written"),
    [
        ("en", "it is 3 point 6", "It is 3.6"),
        ("en", "version 3 dot 5 dot 1", "Version 3.5.1"),
        ("de", "3 Komma 5", "3,5"),
        ("de", "drei Komma fünf Millionen", "Drei Komma fünf Millionen"),
        ("de", "1 Komma 2 Komma 3", "1, 2, 3"),
        ("fr", "la valeur est 3 point 6 point", "La valeur est 3.6."),
        ("es", "cuatro coma cinco", "Cuatro coma cinco"),
        ("it", "tre virgola cinque", "Tre virgola cinque"),
        ("pt", "um vírgula cinco", "Um vírgula cinco"),
    ],
)
def test_between_numbers_a_mark_is_part_of_the_number(language, said, written):
    assert dictated(said, language) == written


@pytest.mark.parametrize(
    ("context", "text", "prose"),
    [
        ("@det [dot]", "the dot", True),
        ("@det [dot]", "a dot", True),
        ("@det [dot]", "the. dot", False),
        ("[dot] of !course", "dot of ink", True),
        ("[dot] of !course", "dot of course", False),
        ("[dot] !@det", "dot", True),
        ("[dot] @kind", "dot tropical", True),
        ("[dot] @kind", "dot animal", False),
        ("[dot] @kind", "dot al", False),
        ("this * [dot/big dot]", "this one dot", True),
        ("this * [dot]", "this dot", False),
        ("[*] here", "dot here", True),
        ("[other] here", "dot here", False),
        ("[*-dot] here", "dot here", False),
        ("[*-other] here", "dot here", True),
    ],
)
def test_a_context_names_the_words_around_a_mark(context, text, prose):
    contexts = Contexts(context, {"det": "the a", "kind": "-al", "kind_not": "animal"})
    tokens = tokenize(text)
    at = next(place for place, token in enumerate(tokens) if token.fold == "dot")
    assert contexts.make_prose(key("dot"), neighborhood(tokens, at, 1)) is prose


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("the open bracket is missing", "The open bracket is missing"),
        ("the open quote big one close quote", "The “big one”"),
        ("scratch that itch", "Scratch that itch"),
        ("please scratch that off the list", "Please scratch that off the list"),
        ("monday scratch that tuesday", "Tuesday"),
        ("scratch that, tuesday", "Tuesday"),
        ("scratch that lottery ticket", "Scratch that lottery ticket"),
        ("monday scratch that question mark", "Monday scratch that?"),
        ("scratch that unknown word", "Scratch that unknown word"),
    ],
)
def test_in_doubt_no_text_is_removed_and_no_quotation_opened(said, written):
    assert dictated(said) == written
