"""The engines of this version and what they can do, without loading any of them."""

from __future__ import annotations

from saywrite.speech.languages import LANGUAGES
from saywrite.speech.recognizer import Capabilities

BUILTIN = "builtin"

CAPABILITIES = Capabilities(
    name=BUILTIN,
    label="Built-in (basic)",
    languages=("en",),
    partials=True,
    punctuation=False,
    keywords=False,
    needs_network=False,
    needs_account=False,
    note="English only. Its quality is low: expect wrong words. Nothing leaves this computer.",
)

AIOLA = "aiola"

AIOLA_FILE = "aiola-file"
"""The service's other way: whole files. Not an engine of its own to whoever chooses one."""

AIOLA_CAPABILITIES = Capabilities(
    name=AIOLA,
    label="aiOla",
    languages=tuple(language.code for language in LANGUAGES),
    partials=False,
    punctuation=True,
    keywords=True,
    needs_network=True,
    needs_account=True,
    note="Accurate, in eight languages. What you say is sent to aiOla's service.",
)

ENGINES = (CAPABILITIES, AIOLA_CAPABILITIES)
"""In the order they are offered."""
