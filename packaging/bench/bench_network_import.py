"""How long it takes to load what a connection needs: it is loaded late, when somebody begins to dictate."""

from __future__ import annotations

import subprocess
import sys

from rig import ROOT
from table import Row, amount

RUNS = amount(11, 3, 1)

PROGRAM = """
import sys, time
sys.path.insert(0, {app!r})
began = time.perf_counter()
{imports}
print(1000 * (time.perf_counter() - began))
"""

STREAM = "import saywrite.speech.aiola.net.connection_thread"
HTTP = "import saywrite.speech.network.http_client"
READY = "from saywrite.speech.network.network import Network; Network().tls()"


def loading_ms(*imports: str) -> list[float]:
    """Milliseconds in a fresh Python each time; one more before them warms the file cache."""
    program = PROGRAM.format(app=str(ROOT / "app"), imports="\n".join(imports))
    taken = [
        float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout)
        for _ in range(RUNS + 1)
    ]
    return taken[1:]


def measure() -> list[Row]:
    return [
        Row.of("import for a stream (websocket-client, ssl)", loading_ms(STREAM), "ms"),
        Row.of("import for signing in (httpx)", loading_ms(HTTP), "ms"),
        Row.of("import of the whole network, trust store ready", loading_ms(STREAM, HTTP, READY), "ms", 300),
        Row.of("the same in the official SDK (import aiola)", loading_ms("import aiola"), "ms"),
    ]
