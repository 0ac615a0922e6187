"""A connection that costs money is one that NetworkManager calls so; where nobody tells, it is free."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from jeepney import HeaderFields, MessageType, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from tests.system.lab.session_bus import session_bus

PROGRAM = "from saywrite.desktop.session.network_events import is_metered; print(is_metered())"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: NetworkManager")


@contextmanager
def network_manager(address: str, metered: int) -> Iterator[None]:
    """The service with this value of its property, for one question."""
    connection = open_dbus_connection(address)
    connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.NetworkManager"))

    def answer() -> None:
        while True:
            message = connection.receive(timeout=30)
            if message.header.message_type is MessageType.method_call:
                assert message.header.fields[HeaderFields.member] == "Get"
                assert message.body == ("org.freedesktop.NetworkManager", "Metered")
                connection.send(new_method_return(message, "v", (("u", metered),)))
                return

    thread = threading.Thread(target=answer)
    thread.start()
    yield
    thread.join()
    connection.close()


def asked(address: str) -> str:
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(("value", "metered"), [(0, False), (1, True), (2, False), (3, True), (4, False)])
def test_property_of_network_manager_decides(value: int, metered: bool) -> None:
    with session_bus() as address, network_manager(address, value):
        assert asked(address) == str(metered)


def test_connection_is_free_where_nothing_reports_it() -> None:
    with session_bus() as address:
        assert asked(address) == "False"
    assert asked("unix:path=/no/such/bus") == "False"
    assert asked("rubbish") == "False"
