"""Whisper models with random weights in the layout of the published ones, small enough for tests: 2 layers, 64 wide."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from ctranslate2.specs import WhisperSpec

WIDTH, VOCABULARY = 64, 51_865

SPECIAL = {
    50_257: "<|endoftext|>",
    50_258: "<|startoftranscript|>",
    50_259: "<|en|>",
    50_359: "<|transcribe|>",
    50_362: "<|nospeech|>",
    50_363: "<|notimestamps|>",
}

BASE_TOKENS = tuple(SPECIAL.get(number, f"token{number}") for number in range(VOCABULARY))
"""As many tokens as Whisper base has; those that CTranslate2 looks up by name have the same ids."""


def random_whisper(folder: Path, tokens: tuple[str, ...] = BASE_TOKENS, bands: int = 80) -> Path:
    """Make `folder` a model with random weights in 16-bit floats: `tokens` by id, `bands` mel bands."""
    random = np.random.default_rng(7)
    spec = WhisperSpec(2, 2, 2, 2)
    shapes = _shapes(len(tokens), bands)

    def fill(owner: object, name: str, value: object) -> None:
        if value is None or name.endswith("position_encodings/encodings"):
            shape = next((shape for end, shape in shapes.items() if name.endswith(end)), None)
            shape = shape or ((WIDTH, WIDTH) if name.endswith("weight") else (WIDTH,))
            values = (random.normal(size=shape) * 0.1).astype(np.float16)
            values[0] = 0  # a row of zeros has no largest value to scale by
            setattr(owner, name.rpartition("/")[2], values)

    spec._visit(fill)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.register_vocabulary(list(tokens))
    spec.validate()
    spec.optimize(quantization="float16")
    folder.mkdir()
    spec.save(str(folder))
    config = {"suppress_ids": [], "suppress_ids_begin": [], "lang_ids": []}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _shapes(vocabulary: int, bands: int) -> dict[str, tuple[int, ...]]:
    """Shapes by the end of the name; every other weight is WIDTH x WIDTH, every other vector has WIDTH values."""
    return {
        "decoder/embeddings/weight": (vocabulary, WIDTH),
        "encoder/position_encodings/encodings": (1_500, WIDTH),
        "decoder/position_encodings/encodings": (448, WIDTH),
        "conv1/weight": (WIDTH, bands, 3),
        "conv2/weight": (WIDTH, WIDTH, 3),
        "self_attention/linear_0/weight": (3 * WIDTH, WIDTH),
        "self_attention/linear_0/bias": (3 * WIDTH,),
        "self_attention/linear_1/weight": (WIDTH, WIDTH),
        "self_attention/linear_1/bias": (WIDTH,),
        "/attention/linear_1/weight": (2 * WIDTH, WIDTH),
        "/attention/linear_1/bias": (2 * WIDTH,),
        "ffn/linear_0/weight": (4 * WIDTH, WIDTH),
        "ffn/linear_0/bias": (4 * WIDTH,),
        "ffn/linear_1/weight": (WIDTH, 4 * WIDTH),
    }
