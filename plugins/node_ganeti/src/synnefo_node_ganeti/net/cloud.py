# SPDX-License-Identifier: Apache-2.0
"""The way to the cloud: documents come over the bus, and the cloud hears which ones are here.

What comes is only put where the daemon looks; whether it is the cloud's is asked there. While
the broker is away nothing else is: the node goes by what it has.
"""

from __future__ import annotations

import itertools
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from synnefo_core.contracts.bus import Bus, BusUnavailable, Message
from synnefo_core.contracts.figures import FIGURES, Sample, messages
from synnefo_core.contracts.nodes import ASK, DOCUMENT, HELLO, KNOWN, PROBLEM_LENGTH, digest_of
from synnefo_node_ganeti.net import files

log = logging.getLogger(__name__)

_TIMEOUT_S = 10.0
_RETRY_S = 3.0
_TURN_S = 1.0
_SETTLE_S = 30.0
"""So long a hello waits for what has come to be taken in."""
_PART = 1000
"""So many ports and routers are told of in one message."""


class CloudLine:
    """Hears and answers the cloud, in a thread of its own."""

    def __init__(
        self,
        bus: Bus,
        *,
        node: str,
        incoming: Path,
        versions: Callable[[], Mapping[str, int]],
        routers: Callable[[], Mapping[str, int]],
        is_gateway: bool,
        problems: Callable[[], Sequence[str]] = tuple,
        hello_s: float,
        samples: Callable[[], Sequence[Sample]] | None = None,
        figures_s: float = 60.0,
    ) -> None:
        """Subscribe; nothing comes before :meth:`start`.

        Args:
            bus: The way.
            node: This node's name.
            incoming: The directory for documents that come.
            versions: Returns the versions of the documents that are here, by port.
            routers: Returns the same by router: of all, or of those that a node still has which is no gateway
                any more.
            is_gateway: Whether it may have routers.
            problems: Returns what is not as it should be here, a line each.
            hello_s: How often the cloud hears what is here.
            samples: Returns what instances have used, if the cloud is to hear that.
            figures_s: How often it does.
        """
        self._bus, self._node, self._incoming = bus, node, incoming
        self._versions, self._routers, self._hello_s = versions, routers, hello_s
        self._samples, self._figures_s = samples, figures_s
        self._is_gateway, self._problems = is_gateway, problems
        self._hello_at = time.monotonic()
        self._figures_at = math.inf if samples is None else self._hello_at
        self._patience_until = 0.0
        self._is_away, self._closing = False, threading.Event()
        self._numbers = itertools.count()
        self._thread = threading.Thread(target=self._run, name="cloud", daemon=True)
        for topic in (DOCUMENT, f"{DOCUMENT}.{node}"):
            bus.subscribe(topic, self._put)
        bus.subscribe(f"{ASK}.{node}", self._answer)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Leave the bus."""
        self._closing.set()
        self._bus.close()
        self._thread.join(_TIMEOUT_S)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.turn()
            except OSError as problem:  # the disk is full
                log.error("the cloud is not heard: %s", problem)  # noqa: TRY400  # no trace
                self._closing.wait(_RETRY_S)

    def turn(self) -> None:
        """Say hello and tell figures when it is time, and hear what comes, waiting for it a moment."""
        if time.monotonic() >= self._hello_at:
            self._hello()
        if self._samples is not None and time.monotonic() >= self._figures_at:
            self._tell_figures(self._samples())
        left_s = min(self._hello_at, self._figures_at) - time.monotonic()
        self._bus.receive(timeout_s=max(0.0, min(_TURN_S, left_s)))

    def _hello(self) -> None:
        now = time.monotonic()
        if files.names(self._incoming) and now < self._patience_until:
            self._hello_at = now + _TURN_S  # what is here is just changing
            return
        known = {**self._versions(), **self._routers()}
        said = {
            "node": self._node,
            "documents": len(known),
            "digest": digest_of(known),
            "gateway": self._is_gateway,
        }
        problem = "; ".join(self._problems())
        if problem:
            said["problem"] = problem[:PROBLEM_LENGTH]
        is_told = self._tell(HELLO, said)
        self._hello_at = time.monotonic() + (self._hello_s if is_told else _RETRY_S)
        self._patience_until = self._hello_at + _SETTLE_S

    def _tell_figures(self, samples: Sequence[Sample]) -> None:
        # A round that is lost is none the worse: counters go on.
        self._figures_at = time.monotonic() + self._figures_s
        for told in messages(self._node, samples):
            if not self._tell(FIGURES, told):
                return

    def _answer(self, _messages: Sequence[Message]) -> None:
        ports, routers = self._versions(), self._routers()
        known = sorted([*ports, *routers])
        parts = [known[first : first + _PART] for first in range(0, len(known), _PART)] or [[]]
        after: str | None = None
        for part in parts:
            until = None if part is parts[-1] else part[-1]
            told: dict[str, object] = {"node": self._node, "after": after, "until": until}
            told["known"] = {key: ports[key] for key in part if key in ports}
            if routers or self._is_gateway:
                told["routers"] = {key: routers[key] for key in part if key in routers}
            if not self._tell(KNOWN, told):
                return  # the next hello will be answered by the same question
            after = until

    def _put(self, messages: Sequence[Message]) -> None:
        for message in messages:
            document = message.payload.get("document")
            if not isinstance(document, str):
                log.warning("a message without a document")
                continue
            # In the order in which they came. It need not be on disk: what is lost is asked for.
            name = f"{time.time_ns():020}-{next(self._numbers):06}"
            draft = self._incoming / f".{name}"
            draft.write_text(document)
            draft.rename(self._incoming / name)

    def _tell(self, topic: str, told: Mapping[str, object]) -> bool:
        try:
            self._bus.publish(Message(topic, told), timeout_s=_TIMEOUT_S)
        except BusUnavailable as cause:
            if not self._is_away:
                log.warning("the broker is away: %s", cause)
            self._is_away = True
            return False
        if self._is_away:
            log.info("the broker is back")
        self._is_away = False
        return True
