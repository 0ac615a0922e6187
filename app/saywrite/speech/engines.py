"""The engines of this version and what they can do, without loading any of them."""

from __future__ import annotations

from saywrite.speech.languages import LANGUAGES
from saywrite.speech.recognizer import Capabilities

LOCAL = "local"

LOCAL_CAPABILITIES = Capabilities(
    name=LOCAL,
    label="On this computer",
    languages=tuple(language.code for language in LANGUAGES),
    partials=True,
    punctuation=True,
    keywords=True,
    needs_network=False,
    needs_account=False,
    note="Works without a network. What you say does not leave this computer.",
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

ENGINES = (LOCAL_CAPABILITIES, AIOLA_CAPABILITIES)
"""In the order they are offered."""

FORMER_NAMES = {"builtin": LOCAL}
"""Names that older versions of Saywrite gave to an engine, and the present name: still accepted wherever one is asked
for. The history keeps the old name, because another recognizer wrote that text."""

FORMER_LABELS = {"builtin": "Built-in (basic)"}
"""What an engine of an older version was called, for the history."""
