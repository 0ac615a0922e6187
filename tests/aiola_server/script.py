"""What the service was told to do, and its books: keys, sessions, refusals. Takes values and the time; no I/O."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.aiola_server.tokens import BadToken, claims_of, sign

API_KEY = "key-of-the-test-service"
DEFAULT_WORKFLOW = "2c78fcf1-9265-408f-b8c3-d9d7e7ebc1bc"
LANGUAGES = ("en", "de", "fr", "es", "pr", "zh", "ja", "it")

STATUS = {
    "UNAUTHORIZED": 401,
    "TOKEN_EXPIRED": 401,
    "INVALID_TOKEN": 401,
    "FORBIDDEN": 403,
    "WORKFLOW_NOT_FOUND": 404,
    "VALIDATION_ERROR": 400,
    "INVALID_AUDIO_FORMAT": 400,
    "MAX_CONCURRENCY_REACHED": 429,
    "RATE_LIMIT_EXCEEDED": 429,
    "INTERNAL_ERROR": 500,
    "SERVICE_UNAVAILABLE": 503,
}


class Refused(Exception):
    """A request the service does not grant, in its own words."""

    def __init__(self, code: str, message: str, *, status: int | None = None, details: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status or STATUS[code]
        self.payload = {"message": message, "code": code, "details": details or {}}


@dataclass
class Refusal:
    """`where`: token session stream (the HTTP request of the stream) connect (its namespace) file, or "" for all of
    HTTP. `times` or `until` (monotonic) end it. With `body` the answer is that text as `content_type`.
    """

    where: str
    status: int
    code: str
    message: str
    times: int | None
    until: float | None
    headers: Mapping[str, str]
    body: str | None
    content_type: str

    def holds(self, where: str, now: float) -> bool:
        meant = where == self.where or (not self.where and where != "connect")
        if not meant or self.times == 0 or (self.until is not None and now >= self.until):
            return False
        self.times = None if self.times is None else self.times - 1
        return True


@dataclass
class Script:
    """How the service behaves. Times: seconds, `until` ones monotonic; the wall clock is handed in."""

    api_keys: set[str] = field(default_factory=lambda: {API_KEY})
    workflows: set[str] = field(default_factory=lambda: {DEFAULT_WORKFLOW})
    token_life_s: float = 3600.0
    clock_off_s: float = 0.0
    """How far the service's wall clock is ahead of ours."""

    delay_s: float = 0.3
    jitter_s: float = 0.0
    """A transcript comes this long (plus at most the jitter) after its segment was closed."""
    silent_until: float = 0.0
    mute_until: float = 0.0
    """Silent: nothing is answered till then. Mute: nothing ever on a stream that is open or opened till then."""
    holding: bool = False
    out_of_order: bool = False
    """Every answer waits for its own time only, so that with a jitter a later one may come first."""
    split: bool = False
    """The words of a segment come in two messages."""
    merge: int = 1
    """So many segments are answered by one message."""
    blank: str | None = None
    """The text for a segment without words; None: no message."""
    white_space: bool = False
    """A text of one space comes before each real one."""
    drop_every: int = 0
    """Every so many-th text is not sent; 0: none is dropped."""
    interim_s: float = 0.0
    """While a segment is open, its text so far comes every so many seconds of sound with `is_final: false`."""
    places: bool = False
    """Transcripts carry `start` and `end`, in seconds of the connection's sound, and `is_final`."""
    min_silence_ms: float | None = None
    max_segment_ms: float | None = None
    """The service's own segmentation instead of what `vad_config` asks for; counts for streams opened from now on."""
    swallowed_until: float = 0.0
    """Till then sound is thrown away on its arrival, although pings are answered."""
    pongs: bool = True
    """Whether WebSocket pings are answered."""
    connect_delay_s: float = 0.0
    """Seconds from the request for the namespace to its acknowledgment."""
    resets_revoked: bool = False
    """A revoked token is refused by a reset of the connection, without a word."""
    ask_acks: bool = False
    keep_audio: bool = False

    session_limit: int | None = None
    stream_limit: int | None = None
    taken_until: float = 0.0
    """Till then somebody else has the only slot."""

    refusals: list[Refusal] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    """Open sessions: id → workflow."""
    revoked: set[str] = field(default_factory=set)

    def refusal(self, where: str, now: float) -> Refusal | None:
        return next((each for each in self.refusals if each.holds(where, now)), None)

    # Tokens and sessions; `wall` is our wall clock

    def grant_token(self, key: str, wall: float) -> str:
        if key not in self.api_keys:
            raise Refused("UNAUTHORIZED", f"Invalid API key: {key}")  # as careless as a real one may be
        return self._sign("temporary", "", wall, 300)

    def open_session(self, token: str, workflow: object, wall: float) -> tuple[str, str]:
        """A new session's access token and its id."""
        self.check(token, "temporary", wall)
        if workflow not in self.workflows:
            raise Refused("WORKFLOW_NOT_FOUND", "Workflow not found")
        if self.session_limit is not None and len(self.sessions) >= self.session_limit:
            raise Refused("MAX_CONCURRENCY_REACHED", "Maximum concurrent sessions reached")
        session = str(uuid.uuid4())
        self.sessions[session] = str(workflow)
        return self._sign("session", session, wall, self.token_life_s), session

    def close_session(self, token: str, wall: float) -> None:
        claims = self.check(token, "session", wall)
        del self.sessions[claims["session"]]

    def mint(self, wall: float, life_s: float | None = None) -> str:
        """An access token, as a company's own address would hand it out."""
        session = str(uuid.uuid4())
        self.sessions[session] = DEFAULT_WORKFLOW
        return self._sign("session", session, wall, self.token_life_s if life_s is None else life_s)

    def check(self, token: str, kind: str, wall: float) -> dict[str, Any]:
        """The claims of a token that is good for `kind`; else Refused."""
        try:
            claims = claims_of(token)
        except (BadToken, ValueError):
            raise Refused("INVALID_TOKEN", "Invalid token") from None
        if claims["exp"] <= wall + self.clock_off_s or token in self.revoked:
            raise Refused("TOKEN_EXPIRED", "Token has expired")
        if claims["kind"] != kind or (kind == "session" and claims["session"] not in self.sessions):
            raise Refused("INVALID_TOKEN", "Invalid token")
        return claims

    def _sign(self, kind: str, session: str, wall: float, life_s: float) -> str:
        now = wall + self.clock_off_s
        claims = {"kind": kind, "session": session, "iat": int(now), "exp": now + life_s, "jti": str(uuid.uuid4())}
        return sign(claims)
