"""The recognizer of this computer: Whisper on CTranslate2, in a child process of its own."""
