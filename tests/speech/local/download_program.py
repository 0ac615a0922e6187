"""A process that downloads the small model as `saywrite models download` does. Arguments: work folder, server, data."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.speech.local.small_model import SmallModel

from saywrite.cli.ending.exit_codes import run_to_exit_code
from saywrite.cli.ending.interrupts import end_even_when_held, end_on_signals
from saywrite.cli.models import ModelRequest, run
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import WebSource
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.network.network import Network

if __name__ == "__main__":
    work, address, data = sys.argv[1:]
    store = ModelStore(Path(data), [SmallModel(Path(work)).model])
    request = ModelRequest("download", "small-model", "small-model")
    end_on_signals()
    end_even_when_held()
    sys.exit(
        run_to_exit_code(
            lambda: run(
                request, store, lambda _source, stop: [WebSource(address, HttpFiles(Network(), stop, (5.0, 60.0)))]
            )
        )
    )
