"""The recognizer on this computer listens along with a service: partials, words, and nothing that disturbs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.dictation.conftest import Stage
from tests.dictation.test_engine_failover import Service

from saywrite.foundation.events import (
    SAMPLE_RATE,
    Failed,
    Final,
    Finished,
    Partial,
    Progress,
    ProvisionalText,
    RecognizerFinished,
    SegmentAdded,
    State,
    WordsDiffer,
)
from saywrite.speech.engine import LocalWord, LocalWords, WordsPlaced
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword


@pytest.fixture
def service(stage: Stage) -> Service:
    service = Service(stage.inbox.post, "aiola")
    stage.recognizers["aiola"] = service
    return service


def begin(stage: Stage, *, along: str = "on", while_away: str = "later", patience_s: int = 0) -> None:
    settings = replace(Settings(), engine="aiola", aiola_listen_along=along, aiola_while_away=while_away, language="de")
    settings = replace(settings, aiola_patience_s=patience_s)
    stage.commands.apply(settings)
    stage.commands.start_microphone()
    stage.source.open()
    stage.handle_messages()


def at(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def words(text: str, start: float, end: float) -> tuple[LocalWord, ...]:
    """The words of `text`, equally long, between two times in seconds."""
    parts = text.split()
    length = (end - start) / len(parts)
    return tuple(LocalWord(w, at(start + n * length), at(start + (n + 1) * length)) for n, w in enumerate(parts))


def hear(stage: Stage, text: str, start: float, end: float) -> None:
    """The recognizer on this computer has heard an utterance."""
    local = stage.recognizer
    local.say(WordsPlaced(local.dictation, words(text, start, end)))
    local.final(text, start, end)
    stage.handle_messages()


def hear_part(stage: Stage, text: str, start: float, end: float, agreed: int = 0) -> None:
    local = stage.recognizer
    local.say(WordsPlaced(local.dictation, words(text, start, end)))
    local.say(Partial(local.dictation, text, agreed))
    stage.handle_messages()


def partials(stage: Stage) -> list[str]:
    return [event.text for event in stage.all(Partial)]


def provisional(stage: Stage) -> list[str]:
    return [stretch.text for stretch in stage.last(ProvisionalText).stretches]


def test_both_recognizers_hear_the_same_sound(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(3)
    assert (service.fed, stage.recognizer.fed) == (3 * SAMPLE_RATE, 3 * SAMPLE_RATE)
    request = stage.recognizer.request
    assert (request.language, request.word_times, request.live) == ("de", True, False)


def test_service_does_not_wait_for_a_slow_recognizer_here(stage: Stage, service: Service) -> None:
    begin(stage)
    for _ in range(30):
        stage.say(1)
        service.take_all()
        stage.handle_messages()
    assert service.fed == 30 * SAMPLE_RATE
    assert stage.recognizer.fed == 10 * SAMPLE_RATE, "its window is full"


def test_partials_come_from_here_and_lose_the_words_that_have_their_text(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(3)
    hear_part(stage, "eins zwei drei", 0, 3, agreed=9)
    assert stage.last(Partial) == Partial(service.dictation, "eins zwei drei", 9)
    service.final("eins zwei", 0, 2)
    stage.handle_messages()
    assert stage.last(Partial) == Partial(service.dictation, "drei", 0)
    assert stage.text == ["Eins zwei"]


def test_partials_of_the_service_replace_those_from_here(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(2)
    hear_part(stage, "eins", 0, 1)
    service.partial("eins zwei")
    hear_part(stage, "eins wei", 0, 2)
    assert partials(stage) == ["eins", "eins zwei"]


def test_service_learns_the_words_in_its_own_offsets(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(3)
    hear(stage, "eins zwei", 0.5, 2.5)
    assert service.local_words[0] == LocalWords((), 0), "it may wait for words from the start on"
    assert service.local_words[1] == LocalWords(words("eins zwei", 0.5, 2.5), 0)
    assert service.local_words[-1] == LocalWords((), at(2.5))


def test_text_of_the_service_replaces_what_was_heard_here(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(4)
    hear(stage, "eins zwei", 0, 2)
    assert provisional(stage) == ["eins zwei"]
    assert stage.text == [], "provisional words are no finals"
    service.final("eins, zwei", 0.1, 2.1)
    stage.handle_messages()
    assert provisional(stage) == []
    assert stage.text == ["Eins, zwei"]


def test_what_is_heard_here_after_its_text_is_not_shown(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(4)
    service.final("eins zwei", 0, 2)
    stage.handle_messages()
    hear(stage, "eins zwei", 0, 2)
    assert stage.all(ProvisionalText) == []


def test_words_are_marked_while_the_service_is_away(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(2)
    hear(stage, "eins zwei", 0, 2)
    assert not stage.last(ProvisionalText).away
    service.connection("lost")
    stage.handle_messages()
    assert stage.last(ProvisionalText).away
    stage.say(2)
    hear(stage, "drei", 2, 3)
    assert (provisional(stage), stage.last(ProvisionalText).away) == (["eins zwei", "drei"], True)
    service.connection("connected")
    service.final("Eins zwei. Drei.", 0, 3)
    stage.handle_messages()
    assert provisional(stage) == []
    assert stage.text == ["Eins zwei. Drei."]


def test_only_away_listens_while_the_service_is_away_and_until_its_text_is_there(
    stage: Stage, service: Service
) -> None:
    begin(stage, along="away")
    stage.say(2)
    service.final("eins zwei", 0, 2)
    stage.handle_messages()
    assert "start" not in stage.recognizer.calls
    stage.say(1)
    service.connection("lost")
    stage.handle_messages()
    assert stage.recognizer.fed == 1 * SAMPLE_RATE, "from the end of the text on"
    hear(stage, "drei", 0, 1)
    assert provisional(stage) == ["drei"]
    assert service.local_words[0] == LocalWords((), at(2))
    assert service.local_words[1].words == words("drei", 2, 3)
    service.connection("connected")
    stage.handle_messages()
    assert stage.recognizer.calls[-1] == "start"
    service.final("drei", 2, 3)
    stage.handle_messages()
    assert stage.recognizer.calls[-1] == "abort"
    assert [heard.ended for heard in service.local_words] == [False] * (len(service.local_words) - 1) + [True]


def test_only_away_listens_when_the_first_connection_takes_long(stage: Stage, service: Service) -> None:
    begin(stage, along="away")
    service.connection("connecting")
    stage.say(2)
    stage.pass_time(2.9)
    assert "start" not in stage.recognizer.calls
    stage.pass_time(0.2)
    assert stage.recognizer.fed == 2 * SAMPLE_RATE, "all sound from the beginning on"
    hear(stage, "eins zwei", 0, 2)
    assert stage.last(ProvisionalText).away
    assert stage.loop.state is State.LISTENING
    service.connection("connected")
    stage.pass_time(0.0)
    assert not stage.last(ProvisionalText).away


@pytest.mark.parametrize(("along", "waits"), [("off", False), ("on", True)])
def test_nobody_listens_along_without_the_setting_or_the_model(
    stage: Stage, service: Service, along: str, waits: bool
) -> None:
    stage.recognizer.waits = waits
    begin(stage, along=along)
    stage.say(3)
    service.connection("lost")
    stage.handle_messages()
    assert stage.recognizer.calls == []
    assert service.fed == 3 * SAMPLE_RATE


def test_a_failure_here_changes_nothing_for_the_service(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(2)
    local = stage.recognizer
    local.say(Failed(local.dictation, "It broke.", "Start again.", fatal=True))
    local.say(RecognizerFinished(local.dictation))
    stage.handle_messages()
    stage.say(2)
    assert stage.all(Failed) == []
    assert stage.loop.state is State.LISTENING
    assert (service.fed, local.fed) == (4 * SAMPLE_RATE, 2 * SAMPLE_RATE)
    assert service.local_words[-1] == LocalWords((), 0, ended=True), "its texts wait for no more words"


def test_recognizer_here_that_has_heard_all_has_not_ended_early(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(2)
    stage.release()
    hear(stage, "eins zwei", 0, 2)
    stage.recognizer.done()
    stage.handle_messages()
    assert service.local_words[-1] == LocalWords((), at(2))


def test_worker_that_was_replaced_hears_the_sound_again(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(3)
    hear(stage, "eins", 0, 1)
    stage.recognizer.rewind(1.0)
    stage.handle_messages()
    assert stage.recognizer.fed == 3 * SAMPLE_RATE
    hear(stage, "zwei", 1, 2)
    assert provisional(stage) == ["eins", "zwei"]


def test_dictation_ends_with_the_service_and_frees_the_recognizer_here(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(2)
    stage.release()
    service.final("eins zwei", 0, 2)
    service.done()
    stage.handle_messages()
    assert stage.last(Finished).text == "Eins zwei"
    assert stage.recognizer.calls[-1] == "abort"
    stage.commands.apply(replace(Settings(), engine="local"))
    stage.listen()
    assert stage.recognizer.dictation == stage.loop.session.id
    assert not stage.recognizer.request.word_times


def test_dictation_behind_this_one_gets_the_recognizer_here(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(2)
    stage.release()
    stage.commands.start_microphone("local")
    stage.source.open()
    stage.say(1)
    service.done()
    stage.handle_messages()
    assert stage.recognizer.calls[-2:] == ["abort", "start"]
    assert stage.recognizer.fed == 1 * SAMPLE_RATE


def test_late_words_of_an_ended_dictation_are_dropped(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.say(2)
    stage.release()
    name = stage.recognizer.dictation
    service.final("eins zwei", 0, 2)
    service.done()
    stage.handle_messages()
    stage.recognizer.say(Final(name, "eins zwei", 0, 100))
    stage.recognizer.say(Progress(name, 200, 100))
    stage.handle_messages()
    assert stage.text == ["Eins zwei"]


def test_keywords_reach_both(stage: Stage, service: Service) -> None:
    begin(stage)
    stage.commands.set_keywords((Keyword("say right", "Saywrite"),))
    assert service.keywords == stage.recognizer.keywords == {"say right": "Saywrite"}


def test_service_that_takes_over_again_learns_the_words_of_its_part(stage: Stage, service: Service) -> None:
    begin(stage, while_away="local")
    stage.say(2)
    service.final("eins zwei", 0, 2)
    stage.handle_messages()
    hear(stage, "eins zwei", 0, 2)
    service.connection("lost")
    stage.handle_messages()
    stage.say(2)
    stage.pass_time(1.1)
    assert stage.recognizer.request.dictation.endswith("/2"), "it stands in, and does not listen along any more"
    stage.recognizer.final("drei", 0, 1)
    stage.handle_messages()
    service.connection("connected")
    stage.handle_messages()
    assert stage.recognizer.request.dictation.endswith("/along")
    assert stage.recognizer.fed == service.fed == 1 * SAMPLE_RATE
    service.local_words.clear()
    hear(stage, "vier", 0, 1)
    assert service.local_words[0].words == words("vier", 0, 1)
    assert [event.segment.engine for event in stage.all(SegmentAdded)] == ["", "local"]


def release_with_missing_text(stage: Stage, service: Service, *, patience_s: int) -> None:
    """The service has given the text of the first two of four seconds; this computer has heard all."""
    begin(stage, patience_s=patience_s)
    stage.say(4)
    service.final("eins zwei", 0, 2)
    stage.handle_messages()
    hear(stage, "eins zwei", 0, 2)
    stage.release()
    hear(stage, "drei", 2, 3.5)
    stage.recognizer.say(Progress(stage.recognizer.dictation, at(4), at(4)))
    stage.recognizer.done()
    stage.handle_messages()


def test_end_is_what_was_heard_here_when_the_service_takes_too_long(stage: Stage, service: Service) -> None:
    release_with_missing_text(stage, service, patience_s=5)
    stage.pass_time(4.9)
    assert stage.all(Finished) == []
    stage.pass_time(0.2)
    finished = stage.last(Finished)
    assert (finished.text, finished.pending, finished.cancelled) == ("Eins zwei drei", 0, False)
    assert [event.segment.engine for event in stage.all(SegmentAdded)] == ["", "local"]
    assert service.calls[-1] == "abort"
    (told,) = stage.all(Failed)
    assert ("5 s" in told.what, told.fatal) == (True, False)
    assert stage.loop.state is State.IDLE
    assert provisional(stage) == []


def test_service_is_waited_for_as_long_as_it_takes_without_the_setting(stage: Stage, service: Service) -> None:
    release_with_missing_text(stage, service, patience_s=0)
    stage.pass_time(300)
    assert stage.all(Finished) == []
    service.final("drei", 2, 3.5)
    service.done()
    stage.handle_messages()
    assert stage.last(Finished).text == "Eins zwei drei"
    assert stage.all(Failed) == []


def test_end_waits_for_the_recognizer_here_that_has_not_heard_all(stage: Stage, service: Service) -> None:
    begin(stage, patience_s=1)
    stage.say(4)
    stage.release()
    stage.pass_time(10)
    assert stage.all(Finished) == []
    hear(stage, "eins", 0, 2)
    stage.recognizer.say(Progress(stage.recognizer.dictation, at(4), at(4)))
    stage.recognizer.done()
    stage.handle_messages()
    stage.pass_time(0)
    assert stage.last(Finished).text == "Eins"


def hear_to_the_end(stage: Stage, text: str, start: float, end: float) -> None:
    hear(stage, text, start, end)
    stage.recognizer.say(Progress(stage.recognizer.dictation, stage.recognizer.fed, stage.recognizer.fed))
    stage.recognizer.done()
    stage.handle_messages()
    stage.pass_time(0)


@pytest.mark.parametrize(
    ("while_away", "patience_s", "wanted"), [("later", 0, False), ("local", 0, True), ("later", 30, True)]
)
def test_service_is_asked_for_local_words_where_a_setting_wants_them(
    stage: Stage, service: Service, while_away: str, patience_s: int, wanted: bool
) -> None:
    begin(stage, while_away=while_away, patience_s=patience_s)
    assert service.request.take_local_words is wanted


@pytest.mark.parametrize("heard_first", [True, False])
def test_what_the_service_leaves_without_text_is_what_was_heard_here(
    stage: Stage, service: Service, heard_first: bool
) -> None:
    begin(stage, patience_s=60)
    stage.say(4)
    service.final("eins zwei", 0, 2)
    stage.handle_messages()
    hear(stage, "eins zwei", 0, 2)
    stage.release()
    if heard_first:
        hear_to_the_end(stage, "drei", 2, 3.5)
    service.done(complete=False)
    stage.handle_messages()
    stage.pass_time(0)
    if not heard_first:
        assert stage.all(Finished) == [], "the recognizer here still works"
        hear_to_the_end(stage, "drei", 2, 3.5)
    finished = stage.last(Finished)
    assert (finished.text, finished.pending) == ("Eins zwei drei", 0)
    assert [event.segment.engine for event in stage.all(SegmentAdded)] == ["", "local"]
    (told,) = stage.all(Failed)
    assert ("no text" in told.what, told.fatal) == (True, False)
    assert stage.loop.state is State.IDLE


def test_what_the_service_leaves_without_text_stays_unfinished_without_the_setting(
    stage: Stage, service: Service
) -> None:
    begin(stage)
    stage.say(4)
    service.final("eins zwei", 0, 2)
    stage.release()
    hear_to_the_end(stage, "drei", 2, 3.5)
    service.done(complete=False)
    stage.handle_messages()
    finished = stage.last(Finished)
    assert (finished.text, finished.pending) == ("Eins zwei", 2 * SAMPLE_RATE)


@pytest.mark.parametrize("fails", [True, False])
def test_sound_without_words_here_stays_unfinished(stage: Stage, service: Service, fails: bool) -> None:
    begin(stage, patience_s=60)
    stage.say(4)
    stage.release()
    service.done(complete=False)
    stage.handle_messages()
    assert stage.all(Finished) == []
    if not fails:
        stage.recognizer.say(Progress(stage.recognizer.dictation, at(4), at(4)))
    stage.recognizer.done()
    stage.handle_messages()
    stage.pass_time(0)
    assert stage.last(Finished).pending == 4 * SAMPLE_RATE
    assert stage.all(Failed) == []


def test_recognizer_here_takes_over_after_the_end_when_the_service_is_away(stage: Stage, service: Service) -> None:
    begin(stage, while_away="local")
    stage.say(4)
    service.final("eins zwei", 0, 2)
    stage.handle_messages()
    stage.release()
    service.connection("lost")
    stage.handle_messages()
    stage.pass_time(1.1)
    assert stage.recognizer.request.dictation.endswith("/2")
    assert stage.recognizer.fed == 2 * SAMPLE_RATE, "from the end of the last text on"
    stage.recognizer.final("drei", 0, 1.5)
    stage.recognizer.done()
    stage.handle_messages()
    finished = stage.last(Finished)
    assert (finished.text, finished.pending) == ("Eins zwei drei", 0)
    assert stage.loop.state is State.IDLE


@pytest.mark.parametrize("marks", [True, False])
def test_words_heard_differently_are_reported_where_the_user_wants_it(
    stage: Stage, service: Service, marks: bool
) -> None:
    settings = replace(Settings(), engine="aiola", aiola_listen_along="on", aiola_mark_differences=marks)
    settings = replace(settings, spoken_punctuation="off")
    stage.commands.apply(settings)
    stage.commands.start_microphone()
    stage.source.open()
    stage.say(4)
    service.final("Eins zwo.", 0, 2)
    stage.handle_messages()
    hear(stage, "eins zwei", 0, 2)
    hear(stage, "drei", 2, 3)
    service.final("Drei.", 2, 3)
    stage.handle_messages()
    found = [(event.number, event.text, event.differences[0].other) for event in stage.all(WordsDiffer)]
    assert found == ([(1, "Eins zwo.", "zwei")] if marks else [])
