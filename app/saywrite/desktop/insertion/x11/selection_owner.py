"""Owns X11 selections: answers the requests of other programs and records who read what."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from Xlib import X
from Xlib.protocol import request
from Xlib.protocol.event import PropertyNotify, SelectionClear, SelectionNotify, SelectionRequest

from saywrite.desktop.insertion.x11.connection import X11Connection
from saywrite.desktop.insertion.x11.selection_reader import TEXT, ClipboardItem, Contents

PIECE = 64 * 1024
"""Bytes in one request; the protocol's limit without extensions is 256 KiB."""

STALLED_S = 10.0
"""Seconds after which a transfer whose program takes no more pieces is dropped."""


@dataclass(frozen=True, slots=True)
class SelectionRead:
    """A program took the text. `at`: monotonic seconds."""

    requestor: int
    at: float


@dataclass(slots=True)
class _Offer:
    """An offer of ours. `before`: the earlier contents, None if no program gets them."""

    contents: Contents
    since: int
    before: Contents | None = None


@dataclass(slots=True)
class _Transfer:
    pieces: Iterator[bytes | tuple[int, ...]]
    item: ClipboardItem
    moved: float


class SelectionOwner:
    """The selections that we own. The caller empties `reads`."""

    def __init__(self, connection: X11Connection) -> None:
        self.reads: list[SelectionRead] = []
        self.wants_before: Callable[[int, int], bool] = lambda _window, _time: False
        """Whether a request (its window, its time in ms of the server or 0) is for what lay there before."""
        self._x = connection
        self._held: dict[str, _Offer] = {}
        self._transfers: dict[tuple[int, int], _Transfer] = {}
        connection.handlers.append(self._take)

    def own(self, selection: str, contents: Contents, before: Contents | None = None) -> bool:
        """Offer `contents`, and `before` to those for whom `wants_before` is true; whether the server agreed."""
        atom = self._x.atom(selection)
        since = self._x.server_time()
        self._x.window.set_selection_owner(atom, since)
        if self._owner(atom) != self._x.window.id:
            self._held.pop(selection, None)
            return False
        self._held[selection] = _Offer(contents, since, before)
        return True

    def held(self, selection: str) -> Contents | None:
        """The contents that we offer on this selection; None if we do not own it."""
        offer = self._held.get(selection)
        return offer.contents if offer else None

    def give_up(self, selection: str) -> None:
        """Stop offering; the selection has no owner then."""
        offer = self._held.pop(selection, None)
        if offer is not None and self._owner(self._x.atom(selection)) == self._x.window.id:
            atom = self._x.atom(selection)
            request.SetSelectionOwner(self._x.display.display, window=X.NONE, selection=atom, time=X.CurrentTime)

    @property
    def busy(self) -> bool:
        """Whether a program is receiving a value in pieces."""
        limit = time.monotonic() - STALLED_S
        self._transfers = {key: each for key, each in self._transfers.items() if each.moved > limit}
        return bool(self._transfers)

    def _owner(self, atom: int) -> int:
        owner = self._x.display.get_selection_owner(atom)
        return int(getattr(owner, "id", owner))

    def _take(self, event: Any) -> None:
        if isinstance(event, SelectionRequest) and event.owner.id == self._x.window.id:
            self._answer(event)
        elif isinstance(event, SelectionClear) and event.window.id == self._x.window.id:
            if self._owner(event.atom) != self._x.window.id:  # else it was lost before `own` took it again
                self._held.pop(self._x.atom_name(event.atom), None)
        elif isinstance(event, PropertyNotify) and event.state == X.PropertyDelete:
            self._next_piece(event.window, event.atom)

    def _answer(self, event: Any) -> None:
        selection, target = self._x.atom_name(event.selection), self._x.atom_name(event.target)
        place = event.property or event.target  # clients from before ICCCM name no property
        offer = self._held.get(selection)
        given, is_text = False, False
        if offer is not None:
            earlier = offer.before is not None and self.wants_before(event.requestor.id, event.time)
            contents = offer.before if earlier and offer.before is not None else offer.contents
            given = bool(contents) and self._put(contents, offer.since, event.requestor, target, place)
            is_text = not earlier and target in TEXT
        event.requestor.send_event(
            SelectionNotify(
                time=event.time,
                requestor=event.requestor,
                selection=event.selection,
                target=event.target,
                property=place if given else X.NONE,
            )
        )
        self._x.display.flush()
        if given and is_text:
            self.reads.append(SelectionRead(event.requestor.id, time.monotonic()))

    def _put(self, contents: Contents, since: int, requestor: Any, target: str, place: int) -> bool:
        """Write the answer into the requestor's property; whether there is one."""
        atom = self._x.atom
        if target == "TARGETS":
            names = ("TARGETS", "MULTIPLE", "TIMESTAMP", *contents)
            requestor.change_property(place, atom("ATOM"), 32, [atom(name) for name in names])
        elif target == "TIMESTAMP":
            requestor.change_property(place, atom("INTEGER"), 32, [since])
        elif target == "MULTIPLE":
            return self._put_several(contents, since, requestor, place)
        elif target in contents:
            self._put_item(contents[target], requestor, place)
        else:
            return False
        return True

    def _put_several(self, contents: Contents, since: int, requestor: Any, place: int) -> bool:
        """MULTIPLE: the property holds pairs of target and property; a pair that fails gets no property."""
        reply = requestor.get_property(place, X.AnyPropertyType, 0, 1_000)
        if reply is None or reply.format != 32:
            return False
        pairs = list(reply.value)
        for at in range(0, len(pairs) - 1, 2):
            name = self._x.atom_name(pairs[at])
            if name == "MULTIPLE" or not self._put(contents, since, requestor, name, pairs[at + 1]):
                pairs[at + 1] = X.NONE
        requestor.change_property(place, self._x.atom("ATOM_PAIR"), 32, pairs)
        return True

    def _put_item(self, item: ClipboardItem, requestor: Any, place: int) -> None:
        if item.size <= PIECE:
            requestor.change_property(place, self._x.atom(item.type), item.width, item.data)
            return
        requestor.change_attributes(event_mask=X.PropertyChangeMask)
        requestor.change_property(place, self._x.atom("INCR"), 32, [item.size])
        self._transfers[requestor.id, place] = _Transfer(_pieces(item), item, time.monotonic())

    def _next_piece(self, window: Any, place: int) -> None:
        transfer = self._transfers.get((window.id, place))
        if transfer is None:
            return
        transfer.moved = time.monotonic()
        piece = next(transfer.pieces, None)
        if piece is None:
            del self._transfers[window.id, place]
            window.change_attributes(event_mask=X.NoEventMask)
            piece = b"" if transfer.item.width == 8 else ()
        window.change_property(place, self._x.atom(transfer.item.type), transfer.item.width, piece)
        self._x.display.flush()


def _pieces(item: ClipboardItem) -> Iterator[bytes | tuple[int, ...]]:
    step = PIECE * 8 // item.width
    for start in range(0, len(item.data), step):
        yield item.data[start : start + step]
