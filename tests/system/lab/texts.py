"""Texts that show every way of losing a character: eight languages, emoji, combining marks, tabs, line breaks."""

from __future__ import annotations

from itertools import cycle, islice

SENTENCES = (
    "The quick brown fox jumps over the lazy dog; it’s “quoted” — 3 × 4 = 12, isn’t it?",
    "Fünf größere Übungen für Ärzte kosten 1.234,56 € und heißen „Straße“.",
    "L’élève naïf a reçu ça\u202f: «\u202fŒuvre à Noël\u202f», où\u202f?",
    "¿Dónde está el niño? ¡Mañana será otro día, señor Ñúñez!",
    "Não há coração à mão; três irmãs põem pão.",
    "漢字とかなカナ、そして「引用」。東京は晴れです！",
    "今天天气很好，我们去公园散步吧。这是“引号”。",
    "Perché l’università è così? Città, virtù, più.",
    "😀🎉 👩‍👩‍👧‍👦 🇩🇪 👍🏽 ❤️",
    "e\u0301 n\u0303 a\u0308 combining, привет, ελληνικά, עברית, العربية, हिन्दी",
    "\tindented\ttwice",
)


def long_text(characters: int = 2_000) -> str:
    """So many characters of everything, in lines."""
    text = "".join(islice((char for sentence in cycle(SENTENCES) for char in sentence + "\n"), characters - 4))
    return text + " end"
