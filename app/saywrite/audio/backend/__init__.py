"""PortAudio and the sound server: devices and streams of the system."""
