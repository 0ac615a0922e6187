"""The request for a stream: its options, and its address as aiOla's SDKs write it. Pure."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit

from saywrite.speech.engine import VoiceSettings

STREAM_PATH: Final = "/api/voice-streaming/socket.io/"


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """The options of a stream. `language`, `translate_to`: the service's own codes."""

    language: str
    voice: VoiceSettings
    translate_to: str = ""
    keywords: Mapping[str, str] = field(default_factory=dict, compare=False)


def stream_path(base_url: str, wanted: StreamConfig, workflow: str, token: str) -> str:
    """Path and query of the request for a stream at the service with this address."""
    base = urlsplit(base_url).path.rstrip("/")
    return f"{base}{STREAM_PATH}?{urlencode(query_of(wanted, workflow, token))}"


def query_of(wanted: StreamConfig, workflow: str, token: str) -> dict[str, str]:
    """The query items of a stream's address, as aiOla's SDKs send them."""
    query = {
        "execution_id": str(uuid.uuid4()),
        "flow_id": workflow,
        "time_zone": "UTC",
        "x-aiola-api-token": token,
        "lang_code": wanted.language,
        "vad_config": json.dumps(asdict(wanted.voice)),
    }
    if wanted.keywords:
        query["keywords"] = json.dumps(dict(wanted.keywords))
    if wanted.translate_to:
        task = {"src_lang_code": wanted.language, "dst_lang_code": wanted.translate_to}
        query["tasks_config"] = json.dumps({"TRANSLATION": task})
    return query
