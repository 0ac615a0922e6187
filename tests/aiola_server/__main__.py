"""A stand-in of aiOla's service to try things by hand, without an account and without the network.

    python -m tests.aiola_server [--port 8765] [--engine tones|local] [--tls] [--control 0]

It prints the lines that point Saywrite (and aiOla's own SDK) to it, then serves until Ctrl-C. With `--engine local`
it understands English speech as well as the local recognizer does; with tones only the words of `tones.py`. At the
control port it does what `service.AiolaService` can, one JSON object a line: `{"do": "down", "seconds": 10}`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.aiola_server.hosting import ControlPort, serve
from tests.aiola_server.script import API_KEY, DEFAULT_WORKFLOW
from tests.aiola_server.service import AiolaService, Options


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.aiola_server", description="A stand-in of aiOla's service.")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--engine", choices=["tones", "local"], default="tones", help="what it understands")
    parser.add_argument("--tls", action="store_true", help="with a certificate of its own, which it names")
    parser.add_argument("--control", type=int, default=0, help="port for wishes, one JSON object a line")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        if options.child:
            asyncio.run(serve(Options(**json.loads(options.child)), _as_child))
        else:
            asyncio.run(_by_hand(options.port, options.engine, options.tls, options.control))
    return 0


async def _by_hand(port: int, engine: str, tls: bool, control_port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        certificate = authority = ""
        if tls:
            from tests.aiola_server.certificates import make

            made = make(Path(folder))
            certificate, authority = str(made.server), str(made.authority)

        async def until_interrupted(service: AiolaService) -> None:
            control = ControlPort(service)
            say(f"# wishes at 127.0.0.1:{await control.open(control_port)}")
            url = f"{'https' if tls else 'http'}://127.0.0.1:{service.port}"
            for name, value in [
                ("AIOLA_API_KEY", API_KEY),
                ("AIOLA_BASE_URL", url),
                ("AIOLA_AUTH_BASE_URL", url),
                ("AIOLA_WORKFLOW_ID", DEFAULT_WORKFLOW),
                *([("SSL_CERT_FILE", authority)] if tls else []),
            ]:
                say(f"export {name}={value}")
            await asyncio.Event().wait()

        await serve(Options(port, engine, certificate), until_interrupted)


async def _as_child(service: AiolaService) -> None:
    """Say where, and end with whoever started us: when our standard input does."""
    control = ControlPort(service)
    say(json.dumps({"port": service.port, "control": await control.open()}))
    await asyncio.to_thread(sys.stdin.buffer.read)
    os._exit(0)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
