"""The verbs on a real session bus: called as any program does, answered with the status, refused with words."""

from __future__ import annotations

import threading
import xml.etree.ElementTree
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from jeepney import DBusAddress, DBusErrorResponse, Message, MessageFlag, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import unwrap_msg
from tests.system.lab.desktop import wait_for
from tests.system.lab.session_bus import session_bus
from tests.system.lab.threads import switches_in_a_second

from saywrite.desktop import desktop_thread
from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.remote_control.dbus_service import NAME, PATH, ControlBus
from saywrite.desktop.remote_control.protocol import VERBS
from saywrite.desktop.remote_control.request import Answer, ControlRequest
from saywrite.foundation.errors import ControlRefused

pytestmark = pytest.mark.system

LIMIT_S = 10.0
STATUS: Answer = {"state": "idle", "dictation": None, "heard_s": 1.5, "pid": 7}


class Caller:
    """Another program on the bus."""

    def __init__(self, address: str) -> None:
        self.connection: DBusConnection = open_dbus_connection(address)

    def call(self, method: str, signature: str = "", *body: Any, interface: str = NAME) -> Any:
        message = self.message(method, signature, *body, interface=interface)
        return unwrap_msg(self.connection.send_and_get_reply(message, timeout=LIMIT_S))

    def message(self, method: str, signature: str = "", *body: Any, interface: str = NAME) -> Message:
        address = DBusAddress(PATH, NAME, interface)
        return new_method_call(address, method, signature or None, body)

    def sees_it(self) -> bool:
        try:
            self.call("Ping", interface="org.freedesktop.DBus.Peer")
        except DBusErrorResponse:
            return False
        return True


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    with session_bus() as address:
        yield address


@pytest.fixture
def caller(bus: str) -> Iterator[Caller]:
    made = Caller(bus)
    yield made
    made.connection.close()


class LoneBus(ControlBus):
    """A service with a desktop thread of its own."""

    def __init__(self, address: str, answer: Callable[[ControlRequest], Answer]) -> None:
        self.thread = DesktopThread()
        super().__init__(answer, {"DBUS_SESSION_BUS_ADDRESS": address}, self.thread)

    def is_joined(self) -> bool:
        found: list[bool] = []
        self.thread.run(lambda: found.append(self.is_connected), LIMIT_S)
        return found == [True]


@contextmanager
def started(address: str, answer: Callable[[ControlRequest], Answer]) -> Iterator[LoneBus]:
    control = LoneBus(address, answer)
    control.start()
    try:
        yield control
    finally:
        control.stop()
        control.thread.close()


@contextmanager
def on_the_bus(bus: str, caller: Caller, asked: list[ControlRequest]) -> Iterator[LoneBus]:
    def answer(request: ControlRequest) -> Answer:
        asked.append(request)
        if request.language == "xx":
            raise ControlRefused("The running Saywrite does not know this language.")
        return STATUS

    with started(bus, answer) as control:
        wait_for(caller.sees_it, "it does not come onto the bus")
        yield control


def test_every_verb_is_a_method_that_answers_with_the_status(bus: str, caller: Caller) -> None:
    asked: list[ControlRequest] = []
    with on_the_bus(bus, caller, asked):
        for verb in VERBS:
            (status,) = caller.call(verb.capitalize())
            assert status == {"state": ("s", "idle"), "dictation": ("s", ""), "heard_s": ("d", 1.5), "pid": ("x", 7)}
    assert asked == [ControlRequest(verb) for verb in VERBS]
    assert not caller.sees_it()


def test_a_dictation_may_have_its_own_language_and_a_caller_its_activation_token(bus: str, caller: Caller) -> None:
    asked: list[ControlRequest] = []
    with on_the_bus(bus, caller, asked):
        caller.call("StartWith", "a{sv}", {"language": ("s", "de"), "engine": ("s", "aiola")})
        caller.call("ToggleWith", "a{sv}", {})
        caller.call("ShowWith", "a{sv}", {"activation-token": ("s", "token-1")})
    assert asked == [
        ControlRequest("start", "aiola", "de"),
        ControlRequest("toggle"),
        ControlRequest("show", activation="token-1"),
    ]


@pytest.mark.parametrize(
    ("method", "signature", "body", "error"),
    [
        ("Sing", "", (), "org.freedesktop.DBus.Error.UnknownMethod"),
        ("Start", "s", ("de",), "org.freedesktop.DBus.Error.InvalidArgs"),
        ("StartWith", "", (), "org.freedesktop.DBus.Error.InvalidArgs"),
        ("StartWith", "a{sv}", ({"volume": ("s", "11")},), f"{NAME}.Error.Refused"),
        ("StartWith", "a{sv}", ({"language": ("i", 7)},), f"{NAME}.Error.Refused"),
        ("StartWith", "a{sv}", ({"language": ("s", "x" * 300)},), f"{NAME}.Error.Refused"),
        ("StartWith", "a{sv}", ({"language": ("s", "xx")},), f"{NAME}.Error.Refused"),
    ],
)
def test_what_is_no_command_is_refused_and_it_continues(
    method: str, signature: str, body: tuple[Any, ...], error: str, bus: str, caller: Caller
) -> None:
    with on_the_bus(bus, caller, []):
        with pytest.raises(DBusErrorResponse) as refused:
            caller.call(method, signature, *body)
        assert refused.value.name == error
        assert caller.call("Status")


def test_who_wants_no_reply_gets_none(bus: str, caller: Caller) -> None:
    asked: list[ControlRequest] = []
    with on_the_bus(bus, caller, asked):
        message = caller.message("Toggle")
        message.header.flags = MessageFlag.no_reply_expected
        caller.connection.send(message)
        caller.call("Status")  # the next message that comes is the answer to this
    assert [request.verb for request in asked] == ["toggle", "status"]


def test_what_it_can_do_is_described_for_tools(bus: str, caller: Caller) -> None:
    with on_the_bus(bus, caller, []):
        (text,) = caller.call("Introspect", interface="org.freedesktop.DBus.Introspectable")
    node = xml.etree.ElementTree.fromstring(text)
    methods = {method.get("name") for method in node.findall(f"interface[@name='{NAME}']/method")}
    assert methods == {*map(str.capitalize, VERBS), "StartWith", "ToggleWith", "ShowWith"}


def test_name_belongs_to_the_first_instance_and_the_second_leaves_the_bus(bus: str, caller: Caller) -> None:
    with on_the_bus(bus, caller, []), started(bus, lambda request: {"state": "second"}) as second:
        wait_for(lambda: not second.is_joined(), "the second one stays on the bus")
        assert caller.call("Status")[0]["state"] == ("s", "idle")


@pytest.mark.parametrize("address", ["", "disabled:", "autolaunch:", "unix:path=/nowhere/bus", "rubbish", "tcp:host=x"])
def test_without_a_bus_the_service_does_nothing(address: str) -> None:
    with started(address, lambda request: {}) as control:
        assert not control.is_joined()


def test_end_of_the_bus_ends_the_service_and_nothing_else() -> None:
    with session_bus() as address:
        control = LoneBus(address, lambda request: STATUS)
        control.start()
        made = Caller(address)
        wait_for(made.sees_it, "it does not come onto the bus")
        assert control.is_joined()
        made.connection.close()
    wait_for(lambda: not control.is_joined(), "it does not notice the end of the bus")
    ran = threading.Event()
    control.thread.submit(ran.set)
    assert ran.wait(LIMIT_S)
    control.stop()
    control.thread.close()


def test_it_sleeps_while_there_is_no_caller(bus: str, caller: Caller) -> None:
    with on_the_bus(bus, caller, []):
        caller.call("Status")
        (thread,) = [each for each in threading.enumerate() if each.name == desktop_thread.NAME]
        wait_for(lambda: switches_in_a_second(thread) == 0, "the thread does not come to rest")
