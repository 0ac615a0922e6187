"""Our language codes, their names, and aiOla's own code for Portuguese."""

import pytest

from saywrite.foundation.catalog import LANGUAGES, language
from saywrite.foundation.errors import LanguageUnknown


def test_the_languages_are_those_of_the_service() -> None:
    assert {each.code for each in LANGUAGES} == {"en", "de", "fr", "es", "pt", "zh", "ja", "it"}
    assert {each.wire for each in LANGUAGES} == {"en", "de", "fr", "es", "pr", "zh", "ja", "it"}


def test_portuguese_is_pt_to_us_and_pr_on_the_wire() -> None:
    assert language("pt").wire == "pr"
    assert language("pt").native == "Português"


def test_an_unknown_code_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(LanguageUnknown, match="“pr”") as raised:
        language("pr")
    assert "pt" in raised.value.remedy
