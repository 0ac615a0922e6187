"""Whisper on CTranslate2: spectrogram, tokens, windows, guards."""
