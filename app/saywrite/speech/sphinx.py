"""PocketSphinx as a decoder of single utterances, with the dictionary it should have had.

Runs in the worker process only: it holds the interpreter's lock while it works. Its model (US English, BSD)
is in its wheel. Settings as measured: `fwdflat` costs most of the wait after the last word for no gain in
accuracy.
"""

from __future__ import annotations

import os
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from saywrite.events import SAMPLE_RATE

UNWANTED = Path(__file__).with_name("unwanted_words.txt")


class SphinxDecoder:
    """Implements `worker.Decoder`. Loading takes about half a second and 130 MB.

    Raises ImportError where there is no wheel of PocketSphinx.
    """

    def __init__(self, unwanted: Path = UNWANTED) -> None:
        import pocketsphinx

        model = Path(pocketsphinx.get_model_path("en-us"))
        words = filtered((model / "cmudict-en-us.dict").read_bytes(), unwanted.read_text("utf-8"))
        with _TemporaryFile(words) as dictionary:
            self._decoder: Any = pocketsphinx.Decoder(
                hmm=str(model / "en-us"),
                lm=str(model / "en-us.lm.bin"),
                dict=str(dictionary),
                samprate=SAMPLE_RATE,
                fwdflat=False,
                loglevel="FATAL",
            )
        self._first_cmn = self._decoder.get_cmn(False)

    def knows(self, word: str) -> bool:
        """Whether `word` can appear in a text."""
        return self._decoder.lookup_word(word) is not None

    def reset(self) -> None:
        """A new dictation: forget the voice and the room of the last one."""
        self._decoder.set_cmn(self._first_cmn)

    def begin(self) -> None:
        self._decoder.start_utt()

    def process(self, pcm: bytes) -> None:
        self._decoder.process_raw(pcm)

    def partial(self) -> str:
        return self._text()

    def end(self) -> str:
        """Close the utterance; its final text, "" where nothing was understood."""
        self._decoder.end_utt()
        return self._text()

    def _text(self) -> str:
        hypothesis = self._decoder.hyp()
        return str(hypothesis.hypstr).strip() if hypothesis is not None else ""


def filtered(dictionary: bytes, unwanted: str) -> bytes:
    """A pronunciation dictionary without the unwanted words (`unwanted` has its own notation, see the
    file).
    """
    patterns = [line.strip() for line in unwanted.splitlines() if line.strip() and not line.startswith("#")]
    gone = {pattern.encode() for pattern in patterns if "*" not in pattern}
    for pattern in patterns:
        if "*" in pattern:
            gone |= _matching(pattern, dictionary)
    gone |= {word + b"'s" for word in gone} | {word + b"'" for word in gone}
    lines = dictionary.splitlines(keepends=True)
    return b"".join(line for line in lines if _word(line) not in gone)


def _word(line: bytes) -> bytes:
    """The word of a dictionary line: `house(2) HH AW S` is a second pronunciation of `house`."""
    return line.partition(b" ")[0].partition(b"(")[0]


def _matching(pattern: str, dictionary: bytes) -> set[bytes]:
    """The words a pattern stands for. Searches for its fixed part: 50 times faster than matching every
    line.
    """
    part, words, at = pattern.strip("*").encode(), set(), -1
    while (at := dictionary.find(part, at + 1)) >= 0:
        word = _word(dictionary[dictionary.rfind(b"\n", 0, at) + 1 : at + 80])
        if fnmatchcase(word.decode(), pattern):
            words.add(word)
    return words


class _TemporaryFile:
    """A private file with `content` for as long as a library needs to read it by its name."""

    def __init__(self, content: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix="saywrite-", suffix=".dict")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        self._path = Path(name)

    def __enter__(self) -> Path:
        return self._path

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)
