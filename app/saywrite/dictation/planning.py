"""What is asked of a recogniser and written over a recording for one dictation. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from saywrite.audio.journal import Header
from saywrite.dictation.take import Plan
from saywrite.settings.schema import Settings
from saywrite.speech.recognizer import Request, VoiceSettings
from saywrite.text.keywords import Keyword

AIOLA = "aiola"
"""The engine the options called `aiola_…` are about."""


def request_for(
    dictation: str, settings: Settings, keywords: Iterable[Keyword], *, live: bool, file: Path | None = None
) -> Request:
    """The user's wishes as the engine of the settings understands them. `live`: somebody is speaking."""
    spoken = {keyword.spoken: keyword.written for keyword in keywords}
    if settings.engine != AIOLA:
        return Request(dictation, settings.language, spoken, live=live, file=file)
    into = settings.aiola_translate_to
    return Request(
        dictation,
        settings.language,
        spoken,
        voice=VoiceSettings(
            threshold=settings.aiola_threshold / 100,
            min_speech_ms=settings.aiola_min_speech_ms,
            min_silence_ms=settings.aiola_min_silence_ms,
            max_segment_ms=settings.aiola_max_segment_ms,
        ),
        translate_to="" if into == settings.language else into,
        live=live,
        file=file,
    )


def header_of(plan: Plan) -> Header:
    """What stands over the recording of a new dictation."""
    request = plan.request
    return Header(
        dictation=request.dictation,
        began=plan.began,
        language=request.language,
        engine=plan.engine,
        source=plan.source,
        keywords=request.keywords,
    )


def account_changed(before: Settings, after: Settings) -> bool:
    """Whether another account, host or workflow is asked for, so that what was granted no longer holds."""
    names = ("aiola_sign_in", "aiola_token_url", "aiola_base_url", "aiola_auth_url", "aiola_workflow")
    return any(getattr(before, name) != getattr(after, name) for name in names)
