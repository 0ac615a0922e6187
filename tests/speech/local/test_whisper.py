"""Whisper writes what was said, in eight languages, also when it was quiet or noisy, and nothing where nobody spoke.

Everything here runs the real model. Recordings are human (`tests/data`) or spoken by SVOX Pico (py-nanotts).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import jiwer
import numpy as np
import pytest
from tests import sounds
from tests.aiola_server.spoken import SENTENCES as SCRIPT_SENTENCES
from tests.aiola_server.spoken import joined

from saywrite.audio.vad import Segmenter
from saywrite.speech.local import models
from saywrite.speech.local.decoder import guards
from saywrite.speech.local.decoder.guards import repeats_neighbors
from saywrite.speech.local.decoder.spoken_language import SURE
from saywrite.speech.local.decoder.whisper import Decoding, WhisperDecoder, merge_periods

RATE = 16_000
DATA = Path(__file__).resolve().parents[2] / "data"
MIN_VOICE = RATE * 15 // 100
"""As the worker: an utterance with less voice than 0.15 s is not decoded."""

TWO_CITIES = "it was the best of times it was the worst of times it was the age of wisdom it was the age of foolishness"
CUT_S = 8.0
"""Where TWO_CITIES is over: the last tenth of a second of its recording is the first sound of another sentence.

Which word that is, and whether it is one, differs with the processor's instructions.
"""
TWO_SENTENCES = "many people in the city take the train to work we are going to the house by the river"
SENTENCES = {
    "de-DE": [
        "Bitte schicken Sie den Bericht heute noch an die ganze Gruppe.",
        "Die Kinder spielen im Garten hinter dem alten Haus.",
    ],
    "es-ES": [
        "Por favor envíe el informe a todo el equipo antes del viernes.",
        "Quiero reservar una mesa cerca de la ventana para mis padres.",
    ],
}
NAMES = [
    "Saywrite",
    "metoprolol",
    "apixaban",
    "PostgreSQL",
    "Reykjavik",
    "Siobhan",
    "Kubernetes",
    "Grafana",
    "Tailscale",
    "Kierkegaard",
    "Thorvald",
]

_SCORED = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.RemovePunctuation(),
        jiwer.RemoveMultipleSpaces(),
        jiwer.Strip(),
        jiwer.ReduceToListOfListOfWords(),
    ]
)


def word_error_rate(said: str, heard: str) -> float:
    """In percent; case and punctuation do not count."""
    return 100 * jiwer.wer(said, heard, reference_transform=_SCORED, hypothesis_transform=_SCORED)


def recording(name: str) -> np.ndarray:
    return sounds.speech(name).astype(np.float32) / 32768


@cache
def spoken(text: str, voice: str = "en-US") -> np.ndarray:
    """`text` by a voice of SVOX Pico, the same each time.

    Pico reads memory before it has written to it: so a fresh process, whose new memory glibc fills with one value.
    """
    program = "import sys, py_nanotts; sys.stdout.buffer.write(py_nanotts.NanoTTS().speak(*sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, text, voice],
        env={**os.environ, "MALLOC_PERTURB_": "85"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    return np.frombuffer(done.stdout, "<i2") / 32768


def pcm(samples: np.ndarray) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


def pink_noise(samples: int, seed: int = 1) -> np.ndarray:
    """Noise with the same power in every octave, RMS 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    spectrum[0] = 0
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, samples)
    return noise / level(noise)


def test_a_man_reading_dickens_is_written_word_by_word(decoder: WhisperDecoder) -> None:
    decoding = decoder.decode(pcm(recording("two_cities")), language="en")
    assert word_error_rate(TWO_CITIES, decoding.text) <= 2
    assert decoding.trusted
    assert decoding.text.startswith("It was the best of times")


@pytest.mark.parametrize("final", [True, False])
def test_plain_sentences_are_written_without_an_error(final: bool, decoder: WhisperDecoder) -> None:
    weather = decoder.decode(pcm(recording("weather")), language="en", final=final)
    assert (weather.text, weather.trusted) == ("The weather is nice today.", True)
    two = decoder.decode(pcm(recording("two_sentences")), language="en", final=final)
    assert word_error_rate(TWO_SENTENCES, two.text) == 0


@pytest.mark.parametrize("voice", SENTENCES)
def test_language_of_a_sentence_is_heard_whatever_is_chosen(voice: str, decoder: WhisperDecoder) -> None:
    for chosen in ("en", voice[:2]):
        for text in SENTENCES[voice]:
            decoder.decode(pcm(spoken(text, voice)), language=chosen)
            heard = decoder.heard_language()
            assert heard is not None
            assert heard[0] == voice[:2]
            assert heard[1] >= SURE


def test_language_of_a_single_word_is_not_reported(decoder: WhisperDecoder) -> None:
    decoder.decode(pcm(recording("weather")), language="en")
    assert decoder.heard_language() is not None
    decoder.decode(pcm(recording("weather"))[: 2 * 16_000], language="en")
    assert decoder.heard_language() is None


def test_partial_does_not_change_the_language_of_the_last_final(decoder: WhisperDecoder) -> None:
    decoder.decode(pcm(recording("weather")), language="en")
    before = decoder.heard_language()
    decoder.decode(pcm(recording("weather"))[: 2 * 16_000], language="en", final=False)
    assert decoder.heard_language() == before


@pytest.mark.parametrize("voice", SENTENCES)
def test_german_and_spanish_have_at_most_one_word_in_ten_wrong(voice: str, decoder: WhisperDecoder) -> None:
    heard = [decoder.decode(pcm(spoken(text, voice)), language=voice[:2]) for text in SENTENCES[voice]]
    assert word_error_rate(" ".join(SENTENCES[voice]), " ".join(each.text for each in heard)) <= 10
    assert all(each.trusted for each in heard)


@pytest.mark.parametrize("language", ["pt", "zh", "ja", "fr", "it"])
def test_every_language_can_be_asked_for(language: str, decoder: WhisperDecoder) -> None:
    assert decoder.decode(pcm(recording("weather")), language=language).text


def test_an_unknown_language_is_refused(decoder: WhisperDecoder) -> None:
    with pytest.raises(ValueError, match="pr"):
        decoder.decode(pcm(recording("weather")), language="pr")


KEYWORD_SENTENCES = [
    "Please open Saywrite and call Siobhan in Reykjavik.",
    "The patient takes metoprolol and apixaban every morning.",
    "We moved the PostgreSQL database to Kubernetes.",
    "Grafana runs on Tailscale, and I read Kierkegaard.",
    "We flew from Thorvald to Paris.",
]


KEYWORD_FREE_SENTENCES = [
    "Please send the report to the whole team before Friday evening.",
    "The meeting has been moved to the large room on the second floor.",
    "I would like to book a table for my parents near the window.",
    "She opened the letter slowly and read every word aloud.",
    "Our neighbors planted apple trees along the garden wall.",
    "The doctor asked whether the pain was worse in the morning.",
]


def names_in(text: str) -> set[str]:
    return {name for name in NAMES if name in text}


def test_names_are_written_as_the_keywords_write_them(decoder: WhisperDecoder) -> None:
    sounds = [pcm(spoken(text)) for text in KEYWORD_SENTENCES]
    without = "\n".join(decoder.decode(sound, language="en").text for sound in sounds)
    taught = "\n".join(decoder.decode(sound, language="en", keywords=NAMES).text for sound in sounds)
    assert names_in(taught) == set(NAMES), taught
    assert len(names_in(without)) <= 4, without


def test_keywords_do_not_leak_into_a_sentence_without_them(decoder: WhisperDecoder) -> None:
    decoding = decoder.decode(pcm(recording("weather")), language="en", keywords=NAMES)
    assert decoding.text == "The weather is nice today."


def test_many_keywords_leave_the_sentence_whole(decoder: WhisperDecoder) -> None:
    towns = [
        f"{first}{last}"
        for first in ("Kirk", "Ash", "Nether", "Wood", "Black")
        for last in ("by", "ford", "ham", "wick", "thorpe", "mere", "stead", "combe", "well", "holme")
    ]
    decoding = decoder.decode(pcm(recording("two_sentences")), language="en", keywords=[*NAMES, *towns])
    assert word_error_rate(TWO_SENTENCES, decoding.text) == 0


def before_the_cut(decoding: Decoding) -> str:
    """The words of a decoding of TWO_CITIES without what was made of the sound behind it."""
    return " ".join(word.text for word in decoding.words if word.start_s < CUT_S)


@pytest.mark.parametrize("dbfs", [-40, -50])
def test_quiet_speech_is_written_like_loud_speech(dbfs: int, decoder: WhisperDecoder) -> None:
    samples = recording("two_cities")
    quiet = samples / level(samples) * 10 ** (dbfs / 20)
    assert word_error_rate(TWO_CITIES, before_the_cut(decoder.decode(pcm(quiet), language="en"))) <= 5


@pytest.mark.parametrize("offset", [-0.3, 0.3])
def test_a_constant_offset_changes_no_word(offset: float, decoder: WhisperDecoder) -> None:
    samples = 0.6 * recording("two_cities")
    decoding = decoder.decode(pcm(samples + offset), language="en")
    assert word_error_rate(TWO_CITIES, before_the_cut(decoding)) == 0
    assert decoding.trusted


@pytest.mark.parametrize("hertz", [50, 60])
def test_mains_hum_as_loud_as_the_voice_changes_no_word(hertz: int, decoder: WhisperDecoder) -> None:
    samples = recording("two_cities")
    hum = np.sqrt(2) * level(samples) * np.sin(2 * np.pi * hertz * np.arange(len(samples)) / RATE)
    assert word_error_rate(TWO_CITIES, before_the_cut(decoder.decode(pcm(samples + hum), language="en"))) <= 2


def test_speech_ten_decibels_above_noise_is_understood(decoder: WhisperDecoder) -> None:
    samples = recording("two_cities")
    noisy = samples + pink_noise(len(samples)) * level(samples) / 10**0.5
    decoding = decoder.decode(pcm(noisy), language="en")
    assert word_error_rate(TWO_CITIES, before_the_cut(decoding)) <= 10
    assert decoding.trusted


def test_sound_longer_than_a_window_is_written_to_its_end(decoder: WhisperDecoder) -> None:
    texts = KEYWORD_FREE_SENTENCES
    pause = np.zeros(RATE // 2, np.float32)
    spoken_parts = [piece for text in texts for piece in (spoken(text), pause)]
    long = np.concatenate([recording("two_cities"), pause, *spoken_parts, recording("two_sentences")])
    assert len(long) > 35 * RATE
    decoding = decoder.decode(pcm(long), language="en")
    assert word_error_rate(" ".join([TWO_CITIES, *texts, TWO_SENTENCES]), decoding.text) <= 5
    assert decoding.trusted


HURRIED = (
    "The company will build a new factory beside the railway.",
    "The teacher wrote a difficult question on the board.",
    "Please send the report to the whole team before Friday evening.",
    "Her grandmother keeps old photographs in a wooden box.",
    "The old bridge was closed because the river had risen too high.",
    "The baker sells fresh bread from five in the morning.",
    "The meeting has been moved to the large room on the second floor.",
)


def test_speech_is_written_to_its_end_though_the_model_ends_in_the_middle(decoder: WhisperDecoder) -> None:
    """Of these seven sentences without a pause the model writes three at first, and 12 s are left."""
    trimmed = [gated(spoken(text))[RATE * 3 // 10 : -RATE * 2 // 10] for text in HURRIED]
    sound = np.concatenate([np.pad(voice, (0, RATE // 50)) for voice in trimmed])
    decoding = decoder.decode(pcm(np.pad(sound, (RATE * 28 // 100, RATE * 2 // 10))), language="en")
    assert word_error_rate(" ".join(HURRIED), decoding.text) <= 5
    assert decoding.trusted


def test_a_sentence_that_is_said_five_times_is_written_five_times(decoder: WhisperDecoder) -> None:
    decoding = decoder.decode(pcm(spoken("That is not my hat. " * 5)), language="en")
    assert decoding.text.lower().count("that is not my hat") == 5
    assert decoding.trusted


@pytest.mark.parametrize(
    ("sentence", "lead_s", "pause_s"),
    [(3, 0.25, 0.55), (3, 0.4, 0.55), (4, 0.25, 0.8), (4, 0.4, 0.3), (2, 0.1, 0.3), (5, 0.25, 0.3), (5, 0.25, 0.8)],
)
def test_a_sentence_that_is_said_twice_is_written_twice(
    sentence: int, lead_s: float, pause_s: float, decoder: WhisperDecoder
) -> None:
    script = joined([SCRIPT_SENTENCES[sentence]] * 2, lead_s=lead_s, pause_s=pause_s)
    decoding = decoder.decode(script.pcm, language="en")
    words = re.findall(r"\w+", decoding.text.lower())
    assert len(words) == len(script.words) == len(decoding.words)
    again = len(words) // 2
    assert decoding.words[again].start_s == pytest.approx(script.words[again].start / RATE, abs=0.6)


def gated(voiced: np.ndarray) -> np.ndarray:
    """The sound as an utterance: exact silence around what is loud enough for a noise gate."""
    loud = np.flatnonzero(np.abs(voiced) > 0.006)
    return np.pad(voiced[loud[0] - RATE // 100 : loud[-1] + RATE // 100], (RATE * 3 // 10, RATE * 2 // 10))


@pytest.mark.parametrize("phrase", ["No thanks.", "See you."])
def test_a_short_phrase_from_a_noise_gate_is_written_as_often_as_it_was_said(
    phrase: str, decoder: WhisperDecoder
) -> None:
    """The short window gives both phrases twice in exact silence."""
    words = re.findall(r"\w+", phrase.lower())
    for times in (1, 2):
        sound = gated(spoken(" ".join([phrase] * times)))
        decoding = decoder.decode(pcm(sound), language="en")
        assert re.findall(r"\w+", decoding.text.lower()) == words * times
        assert decoding.trusted


@pytest.mark.parametrize("length", [0, 1, 2, 321, 3200])
def test_next_to_no_sound_gives_no_trusted_text(length: int, decoder: WhisperDecoder) -> None:
    decoding = decoder.decode(bytes(length), language="en")
    assert not (decoding.text and decoding.trusted)


def test_a_short_window_costs_a_third_of_a_long_one_at_most(decoder: WhisperDecoder) -> None:
    def cost(long_window: bool) -> float:
        began = time.process_time()
        decoder.decode(pcm(recording("weather")), language="en", final=False, long_window=long_window)
        return time.process_time() - began

    assert min(cost(False) for _ in range(3)) <= min(cost(True) for _ in range(2)) / 3


def sounds_without_speech() -> dict[str, np.ndarray]:
    """60 s each; levels are RMS in dBFS."""
    length = 60 * RATE
    random = np.random.default_rng(11)
    time_s = np.arange(length) / RATE
    hum = sum(np.sin(2 * np.pi * 50 * harmonic * time_s) / harmonic for harmonic in (1, 2, 3, 5))
    clicks = np.zeros(length)
    for at in random.integers(0, length - 400, 120):
        clicks[at : at + 400] += random.standard_normal(400) * np.exp(-np.arange(400) / 60)
    return {
        "silence": np.zeros(length),
        "white noise at -60": 0.001 * random.standard_normal(length),
        "white noise at -40": 0.01 * random.standard_normal(length),
        "pink noise at -50": 10**-2.5 * pink_noise(length),
        "pink noise at -30": 10**-1.5 * pink_noise(length, seed=2),
        "hum at -30": 10**-1.5 * hum / level(hum),
        "clicks": 0.5 * clicks,
    }


SOUNDS = sounds_without_speech()


def music() -> np.ndarray:
    """60 s of chords with a melody above them, each note with overtones that fade."""
    random = np.random.default_rng(5)
    found = np.zeros(60 * RATE)
    fade = np.exp(-np.arange(RATE // 2) / (RATE / 5))
    time_s = np.arange(RATE // 2) / RATE
    for beat in range(119):
        chord = (0, 4, 7) if beat % 8 < 4 else (5, 9, 12)
        for note in (*chord, 12 + int(random.choice([0, 2, 4, 7, 9]))):
            pitch = 220 * 2 ** (note / 12)
            tone = sum(np.sin(2 * np.pi * pitch * k * time_s) / k for k in range(1, 6))
            found[beat * RATE // 2 : (beat + 1) * RATE // 2] += tone * fade
    return 0.1 * found / level(found)


def typing() -> np.ndarray:
    """60 s of about six key strokes a second, which the voice detection takes for a voice."""
    random = np.random.default_rng(3)
    found = np.zeros(60 * RATE)
    for at in random.integers(0, len(found) - 800, 350):
        stroke = random.standard_normal(800) * np.exp(-np.arange(800) / 120)
        found[at : at + 800] += random.uniform(0.3, 1) * stroke
    return 0.2 * found / np.max(np.abs(found))


def lines_of(
    samples: np.ndarray, decoder: WhisperDecoder, language: str = "en", keywords: Sequence[str] = ()
) -> list[str]:
    """What a dictation of this sound would write: through the segmenter, as the worker does."""
    sound = pcm(samples)
    segmenter = Segmenter(max_segment_ms=25_000)
    start, found = 0, []
    for boundary in (*segmenter.process(sound), *segmenter.flush()):
        if boundary.starts:
            start = boundary.at
        elif boundary.voiced >= MIN_VOICE:
            utterance = sound[2 * start : 2 * boundary.at]
            found.append(decoder.decode(utterance, language=language, keywords=keywords))
    return [decoding.text for decoding in found if decoding.text and decoding.trusted]


@pytest.mark.parametrize("seconds", [0.8, 1.0, 1.3, 1.6, 2.0])
@pytest.mark.parametrize("name", ["weather", "two_sentences", "two_cities"])
def test_words_that_are_shown_while_one_speaks_are_not_repeated(
    name: str, seconds: float, decoder: WhisperDecoder
) -> None:
    sound = sounds.speech(name)
    begins = max(int(np.argmax(np.abs(sound.astype(int)) > 600)) - sounds.RATE // 4, 0)
    part = sound[begins : begins + sounds.RATE // 4 + round(seconds * sounds.RATE)]
    guess = decoder.decode(part.tobytes(), language="en", final=False)
    assert not guess.trusted or not (repeats_neighbors(guess.text) or ". ." in guess.text), guess


PROMPTED = ("Kubernetes", "Dr. Müller-Lüdenscheidt", "PostgreSQL", "Saywrite", "Anna Kowalska", "Metoprolol")
VOICES = ["en-US", "de-DE", "fr-FR", "es-ES", "it-IT"]


@pytest.mark.parametrize("silence", [guards.ECHO_SILENCE, -1.0], ids=["as it is", "doubted"])
@pytest.mark.parametrize("voice", VOICES)
def test_keywords_and_nothing_else_are_written_when_they_are_said(
    voice: str, silence: float, decoder: WhisperDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where each text that consists of keywords is doubted: without them the model hears speech, too."""
    monkeypatch.setattr(guards, "ECHO_SILENCE", silence)
    for text in ("Anna Kowalska, Metoprolol.", "PostgreSQL, Kubernetes, Metoprolol."):
        decoding = decoder.decode(pcm(spoken(text, voice)), language=voice[:2], keywords=PROMPTED)
        assert (decoding.text, decoding.trusted, decoding.doubted) == (text, True, silence < 0)


def test_words_of_the_prompt_that_are_doubted_are_not_shown_while_one_speaks(
    decoder: WhisperDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = pcm(spoken("Anna Kowalska, Metoprolol."))
    assert decoder.decode(sound, language="en", keywords=PROMPTED, final=False).trusted
    monkeypatch.setattr(guards, "ECHO_SILENCE", -1.0)
    assert not decoder.decode(sound, language="en", keywords=PROMPTED, final=False).trusted


@pytest.mark.parametrize("name", SOUNDS)
def test_a_minute_without_speech_gives_no_text(name: str, decoder: WhisperDecoder) -> None:
    assert lines_of(SOUNDS[name], decoder) == []


@pytest.mark.parametrize(
    ("language", "keywords"),
    [("en", 6), ("es", 6), ("zh", 6)],
)
def test_a_minute_of_typing_gives_no_text(language: str, keywords: int, decoder: WhisperDecoder) -> None:
    assert lines_of(typing(), decoder, language, PROMPTED[:keywords]) == []


@pytest.mark.parametrize("language", ["de", "es"])
def test_a_minute_of_music_gives_no_text_because_of_the_keywords(language: str, decoder: WhisperDecoder) -> None:
    assert lines_of(music(), decoder, language, PROMPTED) == []


def test_a_minute_of_music_gives_one_line_at_most(decoder: WhisperDecoder) -> None:
    assert len(lines_of(music(), decoder)) <= 1


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("The train to work..", "The train to work."),
        ("One.. Two..", "One. Two."),
        ("是的。。", "是的。"),
        ("Well...", "Well..."),
        ("Many people in the city taste. . . . . .", "Many people in the city taste."),
        ("They take the train................", "They take the train."),
        ("3.5.", "3.5."),
        ("", ""),
    ],
)
def test_periods_become_one_and_an_ellipsis_stays(written: str, text: str) -> None:
    assert merge_periods(written) == text


def test_few_shapes_are_kept_so_that_sounds_of_many_lengths_do_not_fill_the_memory(decoder: WhisperDecoder) -> None:
    """With oneDNN's own 1,024 a process grew by 150 MB in 120 utterances. It reads this variable once, at its start."""
    assert os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "8"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises((OSError, RuntimeError)):
        WhisperDecoder(tmp_path)


def test_a_damaged_tokenizer_is_refused(model: Path, tmp_path: Path) -> None:
    for file in model.iterdir():
        if file.name != "tokenizer.json":
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(RuntimeError):
        WhisperDecoder(tmp_path)


def test_window_is_that_of_the_catalog(decoder: WhisperDecoder, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A least window of 20 s instead of 5 s costs more than one and a half times the processor time."""
    longer = replace(models.MODELS[0], windows=models.WindowPolicy(min_s=20.0))
    monkeypatch.setattr(models, "MODELS", (longer,))
    changed = WhisperDecoder(model)

    def cost(which: WhisperDecoder) -> float:
        began = time.process_time()
        which.decode(pcm(recording("weather")), language="en", final=False)
        return time.process_time() - began

    assert min(cost(changed) for _ in range(3)) > 1.5 * min(cost(decoder) for _ in range(3))
