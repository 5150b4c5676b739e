# SPDX-License-Identifier: Apache-2.0
"""Hearing what clusters and nodes say on the message bus: hints, which may be lost or doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from synnefo_core import logs
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.bus import Message


@dataclass(frozen=True)
class Listener:
    """Who hears the messages of a topic; it bears doubled, late and senseless ones.

    ``hear`` gets all that have come, in their order: what it asks of the database it asks once for
    all. When it raises it gets each of them again by itself.
    """

    topic: str
    hear: Callable[[RequestContext, Sequence[Message]], None]


class Listening:
    """The listeners of one process, on its bus."""

    def __init__(self, cloud: Cloud, listeners: Iterable[Listener]) -> None:
        """Know the listeners; nothing is heard before :meth:`begin`."""
        self._cloud, self._listeners = cloud, tuple(listeners)

    @property
    def is_wanted(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def begin(self) -> None:
        """Subscribe everybody; messages are kept for them from now on."""
        for listener in self._listeners:
            self._cloud.bus.subscribe(listener.topic, partial(self._hand_over, listener))

    def receive(self, *, timeout_s: float) -> int:
        """Hand over what has come, waiting so long for the first; return how many."""
        return self._cloud.bus.receive(timeout_s=timeout_s)

    def _hand_over(self, listener: Listener, messages: Sequence[Message]) -> None:
        context = for_worker(self._cloud)
        with logs.request(context.request_id):
            listener.hear(context, messages)
