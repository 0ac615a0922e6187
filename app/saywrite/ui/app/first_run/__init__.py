"""The first run: four steps from the microphone to the first inserted sentence."""
