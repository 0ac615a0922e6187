"""The recognition models of the running application: downloads, removals and trials, one at a time.

`ModelLibrary` belongs to the dictation thread, which calls every method and receives every result through its inbox.
One thread of its own, started with the first request and asleep afterwards, does the work.
"""

from __future__ import annotations


class ModelLibrary:
    """Owns the state of the models."""

    def list(self) -> None:
        """Tell the state of all models."""
        raise NotImplementedError

    def download(self, model: str) -> None:
        """Download a model, behind those that were asked for before."""
        raise NotImplementedError

    def pause(self, model: str) -> None:
        """End a download, keeping what has arrived."""
        raise NotImplementedError

    def cancel(self, model: str) -> None:
        """End a download and remove what has arrived."""
        raise NotImplementedError

    def remove(self, model: str) -> None:
        """Remove a model from the data folder."""
        raise NotImplementedError

    def verify(self, model: str) -> None:
        """Compare every byte with the catalogue; download a damaged model again."""
        raise NotImplementedError

    def try_on_last_dictation(self, model: str) -> None:
        """Transcribe the newest recorded dictation with a model."""
        raise NotImplementedError
