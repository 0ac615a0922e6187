"""Recordings with their texts, for measuring recognizers: name of the set → clips.

In the repository: `tests/data`, and the voices of py-nanotts (SVOX Pico), a test dependency. Where Debian's
packages are installed, also their human readers: LibriVox and commands of a card game (`pocketsphinx-testdata`), and
the telephone prompts of professional speakers (`asterisk-core-sounds-XX` with the texts and
`asterisk-core-sounds-XX-g722` with the sound, XX one of en, es, fr, it).
"""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SYSTEM = Path("/usr/share")
RATE = 16_000

TEST_DATA = {
    "two_cities": "it was the best of times it was the worst of times "
    "it was the age of wisdom it was the age of foolishness",
    "weather": "the weather is nice today",
    "two_sentences": "many people in the city take the train to work we are going to the house by the river",
}

SENTENCES = {
    "en": (
        "Please send the report to the whole team before Friday evening.",
        "The meeting has been moved to the large room on the second floor.",
        "I would like to book a table for my parents near the window.",
        "She opened the letter slowly and read every word aloud.",
        "Our neighbors planted apple trees along the garden wall.",
        "The doctor asked whether the pain was worse in the morning.",
    ),
    "de": (
        "Bitte schicken Sie den Bericht heute noch an die ganze Gruppe.",
        "Das Wetter wird morgen schön und am Abend kommt ein leichter Wind.",
        "Ich möchte einen Tisch am Fenster für meine Eltern bestellen.",
        "Die Kinder spielen im Garten hinter dem alten Haus.",
        "Der Zug nach Hamburg hat heute wieder eine halbe Stunde Verspätung.",
        "Sie öffnete langsam den Brief und las jedes Wort laut vor.",
    ),
    "es": (
        "Por favor envíe el informe a todo el equipo antes del viernes.",
        "Mañana hará buen tiempo y por la tarde soplará un viento suave.",
        "Quiero reservar una mesa cerca de la ventana para mis padres.",
        "Los niños juegan en el jardín detrás de la casa vieja.",
        "El tren de Madrid llega otra vez con media hora de retraso.",
        "Ella abrió la carta despacio y leyó cada palabra en voz alta.",
    ),
    "fr": (
        "Veuillez envoyer le rapport à toute l'équipe avant vendredi soir.",
        "Demain il fera beau et un vent léger soufflera dans la soirée.",
        "Je voudrais réserver une table près de la fenêtre pour mes parents.",
        "Les enfants jouent dans le jardin derrière la vieille maison.",
        "Le train de Lyon arrive encore avec une demi-heure de retard.",
        "Elle ouvrit lentement la lettre et lut chaque mot à voix haute.",
    ),
    "it": (
        "Per favore mandi la relazione a tutta la squadra prima di venerdì.",
        "Domani farà bel tempo e la sera soffierà un vento leggero.",
        "Vorrei prenotare un tavolo vicino alla finestra per i miei genitori.",
        "I bambini giocano nel giardino dietro la vecchia casa.",
        "Il treno di Milano arriva di nuovo con mezz'ora di ritardo.",
        "Lei aprì lentamente la lettera e lesse ogni parola ad alta voce.",
    ),
}
"""For py-nanotts: everyday words, no numbers (whose spelling would be judged, not their recognition)."""

VOICES = {"en": "en-US", "de": "de-DE", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
PROMPT_SPEAKERS = {"en": "en_US_f_Allison", "es": "es_MX_f_Allison", "fr": "fr_CA_f_June", "it": "it_IT_m_Carlo"}


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording: `pcm` is 16 kHz mono s16le, `text` what is said in it, `language` our code."""

    name: str
    language: str
    pcm: bytes
    text: str

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / RATE


def all_sets(prompt_step: int = 3, at_most: int = 1_000) -> dict[str, list[Clip]]:
    """Every set that this machine has, `at_most` clips of each; of the telephone prompts each `prompt_step`-th."""
    sets = {"tests/data": test_data()}
    sets |= {f"py-nanotts {language}": synthesized(language, at_most) for language in SENTENCES}
    sets |= {"LibriVox (Austen)": librivox(), "card game": cards()}
    sets |= {f"telephone prompts {language}": prompts(language)[::prompt_step] for language in PROMPT_SPEAKERS}
    return {name: clips[:at_most] for name, clips in sets.items() if clips}


def test_data() -> list[Clip]:
    folder = ROOT / "tests" / "data"
    return [Clip(name, "en", decoded(folder / f"{name}.flac"), text) for name, text in TEST_DATA.items()]


def synthesized(language: str, at_most: int) -> list[Clip]:
    """The first `at_most` sentences of a language by its Pico voice, each from a process of its own."""
    return [
        Clip(f"{language} {number}", language, _spoken(text, VOICES[language]), text)
        for number, text in enumerate(SENTENCES[language][:at_most])
    ]


def _spoken(text: str, voice: str) -> bytes:
    """The same each time: Pico reads memory before it has written to it, and glibc fills it when it is told so."""
    program = "import sys, py_nanotts; sys.stdout.buffer.write(py_nanotts.NanoTTS().speak(*sys.argv[1:]))"
    environment = {**os.environ, "MALLOC_PERTURB_": "85"}
    command = [sys.executable, "-c", program, text, voice]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=60).stdout


def librivox(system: Path = SYSTEM) -> list[Clip]:
    folder = system / "pocketsphinx/test/data/librivox"
    return list(_sphinx_clips(folder, folder / "transcription"))


def cards(system: Path = SYSTEM) -> list[Clip]:
    folder = system / "pocketsphinx/test/data/cards"
    return list(_sphinx_clips(folder, folder / "cards.transcription"))


def _sphinx_clips(folder: Path, transcription: Path) -> Iterator[Clip]:
    """Clips of a CMU transcription, whose lines are `<s> words </s> (file)`."""
    lines = transcription.read_text(encoding="utf-8").splitlines() if transcription.exists() else []
    for line in lines:
        if found := re.fullmatch(r"<s>(.*)</s> \((.*)\)", line.strip()):
            yield Clip(found[2], "en", read_wav(folder / f"{found[2]}.wav"), found[1].strip())


def prompts(language: str, least_words: int = 4, system: Path = SYSTEM) -> list[Clip]:
    """Asterisk's prompts with at least `least_words` words; those with remarks (“[beep]”) are left out."""
    texts = system / f"doc/asterisk-core-sounds-{language}/core-sounds-{language}.txt.gz"
    folder = system / "asterisk/sounds" / PROMPT_SPEAKERS[language]
    if not texts.exists() or not folder.exists():
        return []
    clips = []
    for line in gzip.decompress(texts.read_bytes()).decode("utf-8-sig").splitlines():
        name, _, text = line.partition(":")
        path = folder / f"{name}.g722"
        if name.startswith(";") or re.search(r"[\[(<]", text) or len(text.split()) < least_words or not path.exists():
            continue
        clips.append(Clip(name, language, decoded(path, "g722"), text.strip()))
    return clips


def read_wav(path: Path) -> bytes:
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2), path
        return file.readframes(file.getnframes())


def decoded(path: Path, container: str | None = None) -> bytes:
    """A sound file as 16 kHz mono s16le."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(path), format=container) as file:
        frames = [out for frame in file.decode(audio=0) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames]).astype("<i2").tobytes()
