"""A sound server of its own with virtual microphones, for tests of the real audio path.

Each `SoundLab` runs a private PulseAudio in the foreground (own folder, socket and home; no session, no D-Bus; also
as root). A microphone is a null sink ("the air before it") and a remap source on its monitor, so it is a real source
with a name of its own and not "Monitor of …". PortAudio sees what users see, `pulse` and `default`; with
`pcms=True` each microphone is an ALSA device too, as on a machine without a sound server.

Measured behavior (PulseAudio 16.1): `remove` moves streams to another source silently, even to a speaker's monitor,
and ends them where there is none; `stall` and `freeze` stop the callbacks until `unstall` and `thaw`; after `crash`
the streams end, and `restart` brings the same server back on the same socket.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from tests.system.lab import desktop

LIMIT_S = 20.0
"""Everything here takes well under a second; on a loaded machine several."""

wait_for = partial(desktop.wait_for, limit_s=LIMIT_S)


@dataclass
class _Microphone:
    rate: int
    channels: int
    modules: list[str] = field(default_factory=list)
    listener: subprocess.Popen[bytes] | None = None

    @property
    def layout(self) -> str:
        """More than two channels are the inputs of an audio interface, which have numbers and no places."""
        named = {1: "mono", 2: "front-left,front-right"}
        return named.get(self.channels) or ",".join(f"aux{number}" for number in range(self.channels))


class SoundLab:
    """Use `sound_lab()`. `env` holds the variables a program needs to find this server."""

    def __init__(self, speaker: bool, pcms: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="saywrite-lab-"))
        for name in ("run", "home", "alsa.d"):
            (self.folder / name).mkdir(mode=0o700)
        self.env = {
            "PULSE_SERVER": f"unix:{self.folder}/run/native",
            "PULSE_RUNTIME_PATH": f"{self.folder}/run",
            "PULSE_COOKIE": f"{self.folder}/cookie",
        }
        self.speaker = speaker
        self._pcms = pcms
        if pcms:
            self.env["ALSA_CONFIG_PATH"] = f"{self.folder}/asound.conf"
        self._server: subprocess.Popen[bytes] | None = None
        self._microphones: dict[str, _Microphone] = {}
        self._players: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the server (again) and wait until it answers."""
        (self.folder / "run" / "native").unlink(missing_ok=True)
        (self.folder / "pulse.pa").write_text(
            f"load-module module-native-protocol-unix auth-anonymous=1 socket={self.folder}/run/native\n"
        )
        (self.folder / "asound.conf").write_text(
            "</usr/share/alsa/alsa.conf>\n"
            "pcm.!default { type pulse hint { show on description default } }\n"
            f'@hooks [ {{ func load files [ "{self.folder}/alsa.d" ] errors false }} ]\n'
        )
        environment = self._environment(HOME=f"{self.folder}/home", XDG_CONFIG_HOME=f"{self.folder}/home")
        environment["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
        self._server = subprocess.Popen(
            [
                *("pulseaudio", "-n", "-F", str(self.folder / "pulse.pa"), "--daemonize=no", "--use-pid-file=no"),
                *("--exit-idle-time=-1", "--disallow-exit=yes", "--high-priority=no", "--realtime=no"),
                *("--log-level=info", f"--log-target=newfile:{self.folder}/log"),
            ],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(lambda: self._try_pactl("info"), "PulseAudio did not start")
        if self.speaker:
            self.pactl(
                *("load-module", "module-null-sink", "sink_name=speaker", "rate=48000", "channels=2"),
                "sink_properties=device.description=Speaker",
            )
            self.pactl("set-default-sink", "speaker")

    def add(self, *specs: str) -> None:
        """Plug in `name[:rate[:channels]]` (48,000 Hz, mono) and wait until sound flows."""
        for spec in specs:
            self._add(spec)
        for spec in specs:
            self._wait_for_sound(spec.split(":")[0])

    def _add(self, spec: str) -> None:
        name, rate, channels = (*spec.split(":"), "", "")[:3]
        microphone = _Microphone(int(rate or 48_000), int(channels or 1))
        layout = microphone.layout
        form = (f"rate={microphone.rate}", f"channels={microphone.channels}", f"channel_map={layout}")
        microphone.modules = [
            self.pactl(
                *("load-module", "module-null-sink", f"sink_name={name}_in", *form),
                f"sink_properties=device.description={name}_air",
            ),
            self.pactl(
                *("load-module", "module-remap-source", f"source_name={name}", f"master={name}_in.monitor", *form),
                *(f"master_channel_map={layout}", "remix=no", f"source_properties=device.description={label(name)}"),
            ),
        ]
        # Without a listener a null sink renders up to 2 s at a time, and a recording misses as much at its start.
        microphone.listener = self._popen("parec", f"--device={name}_in.monitor", "--latency-msec=10", "--raw")
        self._microphones[name] = microphone
        if self._pcms:
            (self.folder / "alsa.d" / f"{name}.conf").write_text(
                f'pcm.{name} {{ type pulse device "{name}" hint {{ show on description "{name}" }} }}\n'
            )

    def remove(self, name: str) -> None:
        """Unplug it."""
        microphone = self._microphones.pop(name)
        _kill(microphone.listener)
        for module in reversed(microphone.modules):
            self.pactl("unload-module", module)
        (self.folder / "alsa.d" / f"{name}.conf").unlink(missing_ok=True)

    def play(self, name: str, wav: Path, wait: bool = True) -> subprocess.Popen[bytes]:
        """Speak the file into the microphone."""
        microphone = self._microphones[name]
        layout = [f"--channel-map={microphone.layout}"] if microphone.channels > 2 else []
        player = self._popen("paplay", f"--device={name}_in", *layout, str(wav))
        self._players.append(player)
        if wait:
            assert player.wait(LIMIT_S + wav.stat().st_size / 32_000) == 0, "paplay failed"
        return player

    def play_on_speaker(self, wav: Path) -> subprocess.Popen[bytes]:
        """What a speaker's monitor would record; does not wait."""
        player = self._popen("paplay", "--device=speaker", str(wav))
        self._players.append(player)
        return player

    def record(self, source: str) -> Recorder:
        """Another program that records `source` (also "speaker.monitor")."""
        return Recorder(source, self._environment())

    def default(self, name: str) -> None:
        self.pactl("set-default-source", name)

    def mute(self, name: str, on: bool = True) -> None:
        """It delivers zeros."""
        self.pactl("set-source-mute", name, str(int(on)))

    def stall(self, name: str, on: bool = True) -> None:
        """It delivers nothing, while the server lives."""
        self.pactl("suspend-sink", f"{name}_in", str(int(on)))

    def unstall(self, name: str) -> None:
        self.stall(name, on=False)

    def freeze(self) -> None:
        """The server stands still: calls into it hang."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def crash(self) -> None:
        assert self._server is not None
        self._server.kill()
        self._server.wait(LIMIT_S)

    def restart(self) -> None:
        """After a `crash()`: the server comes back with the same microphones."""
        plugged, self._microphones = self._microphones, {}
        for microphone in plugged.values():
            _kill(microphone.listener)
        self.start()
        self.add(*(f"{name}:{each.rate}:{each.channels}" for name, each in plugged.items()))

    def pactl(self, *arguments: str) -> str:
        """Run pactl on this server and return what it prints."""
        done = subprocess.run(
            ["pactl", *arguments],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, f"pactl {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def stop(self) -> None:
        """End everything that was started, and remove the folder."""
        with suppress(ProcessLookupError, AssertionError):
            self.thaw()
        for process in (*self._players, *(m.listener for m in self._microphones.values()), self._server):
            _kill(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, **self.env, **more}

    def _popen(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _try_pactl(self, *arguments: str) -> bool:
        with suppress(AssertionError):
            self.pactl(*arguments)
            return True
        return False

    def _wait_for_sound(self, name: str) -> None:
        """A new null sink sleeps through one block of 2 s first; one that is resumed begins with a new block, which is
        as short as its listener wants it.
        """
        listener = self._microphones[name].listener
        assert listener is not None
        process = f'application.process.id = "{listener.pid}"'
        wait_for(lambda: process in self.pactl("list", "source-outputs"), f"nobody listens to {name}")
        self.stall(name)
        self.unstall(name)
        recorder = self.record(name)
        recorder.read(1600)
        recorder.close()


class Recorder:
    """parec on one source, 8-bit: to see that sound arrives."""

    def __init__(self, source: str, environment: dict[str, str]) -> None:
        form = ("--rate=8000", "--channels=1", "--format=u8")
        self._process = subprocess.Popen(
            ["parec", f"--device={source}", "--latency-msec=10", "--raw", *form],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def read(self, samples: int) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.read(samples)

    def until_sound(self, limit_s: float = LIMIT_S) -> bool:
        """Read until something is heard; False when nothing was for `limit_s` of sound."""
        return any(any(byte != 0x80 for byte in self.read(800)) for _ in range(int(limit_s * 10)))

    def close(self) -> None:
        _kill(self._process)


def label(name: str) -> str:
    """The description that people see of the microphone `name`."""
    return name.capitalize()


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.kill()
        process.wait(LIMIT_S)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def sound_lab(mics: Sequence[str] = ("mic16:16000:1",), speaker: bool = True, pcms: bool = False) -> Iterator[SoundLab]:
    """A running lab; the first microphone is the default source. `lab.env` is for other processes.

    Fails the test where PulseAudio is missing, with the packages to install.
    """
    for program in ("pulseaudio", "pactl", "parec", "paplay"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: apt-get install pulseaudio pulseaudio-utils libasound2-plugins")
    lab = SoundLab(speaker, pcms)
    try:
        lab.start()
        lab.add(*mics)
        if mics:
            lab.default(mics[0].split(":")[0])
        yield lab
    finally:
        lab.stop()


@contextmanager
def inside(lab: SoundLab) -> Iterator[SoundLab]:
    """Let this process use the lab's server: its variables are set meanwhile."""
    patch = pytest.MonkeyPatch()
    for name, value in lab.env.items():
        patch.setenv(name, value)
    try:
        yield lab
    finally:
        patch.undo()
