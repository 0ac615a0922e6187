"""The models of the running application: missing ones are downloaded, changes are reported."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.speech.local.model_server import Behavior, ModelServer, serve
from tests.speech.local.small_model import SmallModel

from saywrite.dictation.models.library import DownloadProgress, LibraryContext, ModelLibrary
from saywrite.foundation.errors import ModelError
from saywrite.foundation.events import (
    EngineChanged,
    EngineState,
    ModelFailed,
    ModelProgress,
    ModelsChanged,
    ModelState,
    ModelTried,
)
from saywrite.speech.local.model_store.http_files import HttpFiles
from saywrite.speech.local.model_store.sources import ModelSource, WebSource
from saywrite.speech.local.model_store.store import ModelStore
from saywrite.speech.local.model_store.transfer import StopTransfer
from saywrite.speech.local.models import WEIGHTS
from saywrite.speech.network.network import Network
from saywrite.storage.settings.schema import Settings

ID = "small-model"
PATIENCE_S = 20.0


class Stage:
    """The library on the test's thread: `run_until` does what the dictation thread does with its inbox."""

    def __init__(self, tmp_path: Path, small: SmallModel, server: ModelServer) -> None:
        self.settings = Settings(local_model=ID, model_source=server.address)
        self.store = ModelStore(tmp_path / "data", [small.model])
        self.events: list[object] = []
        self.metered = False
        self.network_changed: Callable[[], None] | None = None
        self.trial: Callable[[str, StopTransfer], ModelTried] = lambda model, stop: ModelTried(
            model, "d", "a", "b", 1.0
        )
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        around = LibraryContext(
            lambda: self.settings,
            self._sources,
            lambda model, stop: self.trial(model, stop),
            self._watch_network,
            lambda: self.metered,
        )
        self.library = ModelLibrary(self.store, self._inbox.put, around)

    def _sources(self, address: str, stop: StopTransfer) -> list[ModelSource]:
        return [WebSource(address, HttpFiles(Network(), stop, (2.0, 60.0)))]

    def _watch_network(self, changed: Callable[[], None]) -> None:
        self.network_changed = changed

    def run_until(self, reached: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not reached():
            message = self._inbox.get(timeout=max(end - time.monotonic(), 0.01))
            if callable(message):
                message()
            else:
                self.events.append(message)

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def states(self) -> list[ModelState]:
        """Every state that was told, repetitions left out."""
        states = [info.state for event in self.of(ModelsChanged) for info in event.models]
        return [state for number, state in enumerate(states) if number == 0 or states[number - 1] is not state]

    def is_told(self, state: ModelState) -> bool:
        return bool(self.states) and self.states[-1] is state


@pytest.fixture
def small(tmp_path: Path) -> SmallModel:
    return SmallModel(tmp_path)


@pytest.fixture
def server(small: SmallModel) -> Iterator[ModelServer]:
    with serve(small.at(ID)) as running:
        yield running


@pytest.fixture
def stage(tmp_path: Path, small: SmallModel, server: ModelServer) -> Iterator[Stage]:
    stage = Stage(tmp_path, small, server)
    yield stage
    server.released.set()
    stage.library.close()


def test_missing_model_of_the_settings_is_downloaded_at_the_start(stage: Stage) -> None:
    stage.library.open()
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    assert stage.states[-3:] == [ModelState.DOWNLOADING, ModelState.CONVERTING, ModelState.READY]
    progress = stage.of(ModelProgress)
    assert progress[-1].done == progress[-1].total
    assert stage.of(ModelFailed) == []


def test_installed_model_is_not_downloaded_again(stage: Stage, server: ModelServer) -> None:
    stage.library.download(ID)
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    asked = len(server.asked)
    stage.events.clear()
    stage.library.open()
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    assert len(server.asked) == asked


def test_failure_is_reported_once_and_the_download_retried_when_the_network_changes(
    stage: Stage, server: ModelServer
) -> None:
    server.behavior["config.json"] = Behavior(status=503)
    stage.library.open()
    stage.run_until(lambda: len(stage.of(ModelFailed)) == 1)
    (failed,) = stage.of(ModelFailed)
    assert "HTTP 503" in failed.what
    assert failed.remedy.startswith("It is tried again when the network changes.")
    stage.run_until(lambda: stage.is_told(ModelState.PAUSED))
    for attempt in (2, 3):
        assert stage.network_changed is not None
        stage.network_changed()
        stage.run_until(lambda attempt=attempt: len(server.offsets("config.json")) == attempt)
        stage.run_until(lambda: stage.is_told(ModelState.PAUSED))
    assert len(stage.of(ModelFailed)) == 1
    server.behavior.clear()
    stage.network_changed()
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    assert len(stage.of(ModelFailed)) == 1


def test_other_source_in_the_settings_is_tried_at_once(stage: Stage, small: SmallModel, server: ModelServer) -> None:
    server.behavior["config.json"] = Behavior(status=404)
    stage.library.open()
    stage.run_until(lambda: len(stage.of(ModelFailed)) == 1)
    with serve(small.at(ID)) as mirror:
        before, stage.settings = stage.settings, replace(stage.settings, model_source=mirror.address)
        stage.library.apply(before, stage.settings)
        stage.run_until(lambda: stage.is_told(ModelState.READY))


def test_metered_connection_is_reported_and_the_user_may_download_anyway(stage: Stage, server: ModelServer) -> None:
    stage.metered = True
    stage.library.open()
    stage.run_until(lambda: len(stage.of(ModelFailed)) == 1)
    assert "metered" in stage.of(ModelFailed)[0].what
    assert server.asked == []
    stage.library.download(ID)
    stage.run_until(lambda: stage.is_told(ModelState.READY))


def test_paused_download_keeps_what_has_arrived_and_continues_later(stage: Stage, server: ModelServer) -> None:
    server.one_by_one[WEIGHTS] = [Behavior(cut_after=9_000), Behavior(stall_after=0)]
    stage.library.download(ID)
    assert server.wait_until_asked(WEIGHTS, 9_000, PATIENCE_S)
    stage.library.pause(ID)
    stage.run_until(lambda: stage.is_told(ModelState.PAUSED))
    stage.library.download(ID)
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    assert server.offsets(WEIGHTS) == [0, 9_000, 9_000]
    assert stage.of(ModelFailed) == []


def test_cancelled_download_leaves_nothing(stage: Stage, server: ModelServer, tmp_path: Path) -> None:
    server.one_by_one[WEIGHTS] = [Behavior(stall_after=1_000)]
    stage.library.download(ID)
    assert server.stalled.wait(PATIENCE_S)
    stage.library.cancel(ID)
    stage.run_until(lambda: stage.is_told(ModelState.ABSENT) and not (tmp_path / f"data/models/{ID}.part").exists())
    assert stage.of(ModelFailed) == []


def test_removal_is_reported_also_for_an_absent_model(stage: Stage) -> None:
    stage.library.download(ID)
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    stage.library.remove(ID)
    stage.run_until(lambda: stage.is_told(ModelState.ABSENT))
    stage.library.remove(ID)
    stage.run_until(lambda: len(stage.of(ModelFailed)) == 1)
    assert "not on this computer" in stage.of(ModelFailed)[0].what


def damage(tmp_path: Path) -> None:
    path = tmp_path / f"data/models/{ID}/{WEIGHTS}"
    path.write_bytes(bytes(path.stat().st_size))


def test_damaged_model_is_named_and_downloaded_again(stage: Stage, tmp_path: Path) -> None:
    stage.library.download(ID)
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    stage.events.clear()
    damage(tmp_path)
    stage.library.verify(ID)
    stage.run_until(lambda: len(stage.of(ModelFailed)) == 1)
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    (failed,) = stage.of(ModelFailed)
    assert "damaged" in failed.what
    assert failed.remedy == "It is downloaded again."


def test_model_that_cannot_be_loaded_is_read_once_a_run(stage: Stage, tmp_path: Path, server: ModelServer) -> None:
    unavailable = EngineChanged("local", EngineState.UNAVAILABLE, "It could not be loaded.", "")
    stage.library.download(ID)
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    stage.events.clear()
    damage(tmp_path)
    stage.library.receive(unavailable)
    stage.run_until(lambda: len(stage.of(ModelFailed)) == 1)
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    asked = len(server.asked)
    stage.events.clear()
    stage.library.receive(unavailable)
    stage.library.list()
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    assert len(server.asked) == asked


def test_trial_reports_both_texts_and_its_failure_names_a_remedy(stage: Stage) -> None:
    stage.library.try_on_last_dictation(ID)
    stage.run_until(lambda: stage.of(ModelTried) == [ModelTried(ID, "d", "a", "b", 1.0)])

    def fail(model: str, stop: StopTransfer) -> ModelTried:
        raise ModelError("There is no recording.", "Dictate something.")

    stage.trial = fail
    stage.library.try_on_last_dictation(ID)
    stage.run_until(lambda: stage.of(ModelFailed) == [ModelFailed(ID, "There is no recording.", "Dictate something.")])


def test_exception_in_a_job_is_reported_and_the_next_job_runs(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    def crash(model: str, stop: StopTransfer) -> ModelTried:
        raise ZeroDivisionError

    stage.trial = crash
    stage.library.try_on_last_dictation(ID)
    stage.library.download(ID)
    stage.run_until(lambda: stage.is_told(ModelState.READY))
    assert [failed.what for failed in stage.of(ModelFailed)] == ["Something went wrong inside Saywrite."]


def test_list_reports_the_state_at_once_also_while_a_download_hangs(stage: Stage, server: ModelServer) -> None:
    stage.library.list()
    stage.run_until(lambda: len(stage.of(ModelsChanged)) == 2)
    assert stage.states == [ModelState.ABSENT]
    server.one_by_one[WEIGHTS] = [Behavior(stall_after=1_000)]
    stage.library.download(ID)
    assert server.stalled.wait(PATIENCE_S)
    stage.events.clear()
    stage.library.list()
    stage.run_until(lambda: stage.is_told(ModelState.DOWNLOADING))


def test_end_of_the_program_ends_a_download_that_hangs(stage: Stage, server: ModelServer, tmp_path: Path) -> None:
    server.one_by_one[WEIGHTS] = [Behavior(stall_after=1_000)]
    stage.library.download(ID)
    assert server.stalled.wait(PATIENCE_S)
    stage.library.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "models"]
    assert not (tmp_path / f"data/models/{ID}").exists()


def test_progress_is_posted_ten_times_a_second_and_at_every_hundredth_of_the_download() -> None:
    progress = DownloadProgress(ID)
    megabyte = 1_000_000
    assert progress.advance(1, 100 * megabyte, now=5.0) == ModelProgress(ID, 1, 100 * megabyte)
    assert progress.advance(2, 100 * megabyte, now=5.09) is None
    assert progress.advance(3, 100 * megabyte, now=5.11) is not None
    # A source that sends much at once and then stalls calls no second time.
    assert progress.advance(megabyte + 3, 100 * megabyte, now=5.12) is not None
    assert progress.advance(62 * megabyte, 100 * megabyte, now=5.12) == ModelProgress(ID, 62 * megabyte, 100 * megabyte)
    assert progress.advance(100 * megabyte, 100 * megabyte, now=5.12) is not None
