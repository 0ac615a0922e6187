"""What is asked of a recogniser and written over a recording for one dictation. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from saywrite.audio.journal import Header
from saywrite.dictation.archive import Stored
from saywrite.dictation.take import Plan
from saywrite.settings.schema import Settings
from saywrite.speech.engines import AIOLA, FORMER_NAMES, LOCAL
from saywrite.speech.recognizer import Request, VoiceSettings
from saywrite.text.keywords import Keyword

SENT_WHOLE = frozenset({".mp3", ".m4a", ".ogg", ".flac"})
"""Files the service takes as they are; smaller on their way than what they sound like."""

HEARD_BY_THE_SERVICE_ONLY = frozenset({".m4a"})
"""Of these, what nothing on this computer decodes."""


def is_sent_whole(path: Path, settings: Settings) -> bool:
    """Whether a file goes to the service as it is. A translation is only made of a stream."""
    kind = path.suffix.lower()
    if settings.engine != AIOLA or kind not in SENT_WHOLE:
        return False
    return kind in HEARD_BY_THE_SERVICE_ONLY or settings.aiola_translate_to in ("", settings.language)


def request_for(
    dictation: str,
    settings: Settings,
    keywords: Iterable[Keyword],
    *,
    live: bool,
    paced: bool = False,
    file: Path | None = None,
) -> Request:
    """The user's wishes as the engine of the settings understands them. `live`: somebody is speaking. `paced`: a file
    is read at the pace of speech.
    """
    spoken = {keyword.spoken: keyword.written for keyword in keywords}
    paced = live or paced
    partials = paced and settings.live_text
    if settings.engine != AIOLA:
        return Request(dictation, settings.language, spoken, live=live, file=file, paced=paced, partials=partials)
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
        paced=paced,
        partials=partials,
    )


def plan_again(stored: Stored, settings: Settings, keywords: Iterable[Keyword], *, automatic: bool) -> Plan:
    """Go on with a dictation that is on disk. `automatic`: with the recognizer on this computer, whatever the settings
    say now, because what was dictated for it must not go elsewhere unasked.
    """
    header = stored.recording.sidecar.header
    if automatic:
        settings = replace(settings, engine=LOCAL, language=header.language or settings.language)
    return Plan(
        request=request_for(stored.dictation, settings, keywords, live=False),
        engine=settings.engine,
        source=stored.source,
        began=stored.began,
        base=stored.confirmed,
        begun_with=FORMER_NAMES.get(header.engine, header.engine),
        automatic=automatic,
        earlier=stored.segments,
        earlier_gaps=stored.recording.sidecar.gaps,
        earlier_peaks=stored.peaks,
        earlier_traffic=stored.traffic,
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
