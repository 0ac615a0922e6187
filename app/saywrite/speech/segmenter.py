"""What finds the utterances in sound, as recognizers see it: `saywrite.audio.voice`, by its shape.

The parts of Saywrite do not import each other, so the composition root hands the segmenter in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Boundary(Protocol):
    @property
    def starts(self) -> bool: ...
    @property
    def at(self) -> int: ...
    @property
    def voiced(self) -> int: ...


class Segmenter(Protocol):
    @property
    def settled(self) -> int: ...
    def process(self, pcm: bytes) -> Sequence[Boundary]: ...
    def flush(self) -> Sequence[Boundary]: ...


class MakeSegmenter(Protocol):
    """`saywrite.audio.voice.Segmenter`, by its shape."""

    def __call__(
        self,
        *,
        threshold: float = ...,
        min_speech_ms: int = ...,
        min_silence_ms: int = ...,
        max_segment_ms: int = ...,
        start: int = ...,
    ) -> Segmenter: ...
