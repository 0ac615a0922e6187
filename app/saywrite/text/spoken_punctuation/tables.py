"""The tables of spoken commands by language. Pure data."""

from __future__ import annotations

from collections.abc import Mapping

from saywrite.foundation.catalog import DE, EN, ES, FR, IT, JA, PT, ZH
from saywrite.text.spoken_punctuation.east_asian import CHINESE, JAPANESE
from saywrite.text.spoken_punctuation.english import ENGLISH
from saywrite.text.spoken_punctuation.french import FRENCH
from saywrite.text.spoken_punctuation.german import GERMAN
from saywrite.text.spoken_punctuation.iberian import PORTUGUESE, SPANISH
from saywrite.text.spoken_punctuation.italian import ITALIAN
from saywrite.text.spoken_punctuation.marks import Table

TABLES: Mapping[str, Table] = {
    EN: ENGLISH,
    DE: GERMAN,
    FR: FRENCH,
    ES: SPANISH,
    PT: PORTUGUESE,
    IT: ITALIAN,
    ZH: CHINESE,
    JA: JAPANESE,
}
