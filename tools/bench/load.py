# SPDX-License-Identifier: Apache-2.0
"""The load generator: a process of its own, so that it takes no time from the server's interpreter.

``python -m tools.bench.load`` reads a :class:`Plan` as JSON and writes an outcome as JSON. It keeps
``connections`` open and has one request at a time under way on each (a closed loop). One thread
serves all by readiness; sizes and times are bounded by the plan.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import socket
import sys
import time
from array import array
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from tools.bench.arithmetic import percentile

PIECE = 4 << 20
"""A body is sent in pieces of this size, each with a beginning of its own (a block of the store)."""
_SALT = 32
_RECEIVE = 1 << 20
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """What to ask for, how often and how long.

    Attributes:
        port: Of the server on 127.0.0.1.
        method: Of all requests.
        paths: Taken in turn; ``{number}`` becomes the number of the request.
        headers: Sets of headers, taken in turn.
        body: The body of each request, if it is always the same.
        body_bytes: The size of a body of bytes that no request has had before.
        status: What the server must answer.
        answer_bytes: The size that the body of an answer must have; None for any.
        connections: How many requests are under way at once.
        first: The number of the first request.
        most: How many requests are made at most.
        seconds: After this time no request is begun.
        timeout_s: How long everything may take.
    """

    port: int
    method: str
    paths: list[str]
    headers: list[dict[str, str]]
    body: str = ""
    body_bytes: int = 0
    status: int = 200
    answer_bytes: int | None = None
    connections: int = 1
    first: int = 0
    most: int = 1_000_000
    seconds: float = 4.0
    timeout_s: float = 120.0


@dataclass
class Count:
    """What was seen; latencies in seconds."""

    latencies: array[float] = field(default_factory=lambda: array("d"))
    problems: Counter[str] = field(default_factory=Counter)
    sent_bytes: int = 0
    received_bytes: int = 0


class Requests:
    """Words the requests of a plan, each as buffers to be sent."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.number = plan.first
        self._heads = [self._head(number) for number in range(len(plan.headers))]
        self._body = plan.body.encode()
        piece = min(PIECE, plan.body_bytes)
        self._random = memoryview(os.urandom(piece))

    def _head(self, turn: int) -> str:
        size = self._plan.body_bytes or len(self._plan.body.encode())
        lines = [f"{name}: {value}" for name, value in self._plan.headers[turn].items()]
        if size or self._plan.method in ("PUT", "POST"):
            lines.append(f"Content-Length: {size}")
        return "\r\n".join(["", f"Host: 127.0.0.1:{self._plan.port}", *lines, "", ""])

    def next(self) -> deque[memoryview]:
        """Return the buffers of the next request."""
        plan, number = self._plan, self.number
        self.number += 1
        path = plan.paths[number % len(plan.paths)].replace("{number}", str(number))
        head = f"{plan.method} {path} HTTP/1.1{self._heads[number % len(self._heads)]}".encode()
        if not plan.body_bytes:
            return deque([memoryview(head + self._body)])
        if plan.body_bytes <= PIECE // 64:
            return deque([memoryview(head + os.urandom(plan.body_bytes))])
        buffers = deque([memoryview(head)])
        for begin in range(0, plan.body_bytes, PIECE):
            size = min(PIECE, plan.body_bytes - begin)
            salt = os.urandom(min(_SALT, size))
            buffers += (memoryview(salt), self._random[len(salt) : size])
        return buffers


class Connection:
    """One connection with at most one request under way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._sending: deque[memoryview] = deque()
        self._head = bytearray()
        self._left = -1  # bytes of the answer's body to come; -1: its head is not complete
        self._begun = 0.0
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._load.plan.port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._load.selector.register(self.socket, selectors.EVENT_READ, self)

    def close(self) -> None:
        """Take the connection away."""
        self._load.selector.unregister(self.socket)
        self.socket.close()

    def begin(self) -> None:
        """Send the next request."""
        self._head.clear()
        self._left = -1
        self._sending = self._load.requests.next()
        self._begun = time.perf_counter()
        self.send()

    def send(self) -> None:
        """Send as much as the server takes; have us called again for the rest."""
        sending, count = self._sending, self._load.count
        try:
            while sending:
                sent = self.socket.send(sending[0])
                count.sent_bytes += sent
                if sent == len(sending[0]):
                    sending.popleft()
                else:
                    sending[0] = sending[0][sent:]
        except BlockingIOError:
            self._watch(selectors.EVENT_READ | selectors.EVENT_WRITE)
        except ConnectionError:
            self._fail("connection lost")
        else:
            self._watch(selectors.EVENT_READ)

    def _watch(self, events: int) -> None:
        if self._load.selector.get_key(self.socket).events != events:
            self._load.selector.modify(self.socket, events, self)

    def receive(self) -> None:
        """Take what has come of the answer; begin the next request once it is complete."""
        try:
            size = self.socket.recv_into(self._load.buffer)
        except BlockingIOError:
            return
        except ConnectionError:
            size = 0
        if not size:
            self._fail("connection lost")
            return
        self._load.count.received_bytes += size
        if self._left < 0:
            self._head += self._load.buffer[:size]
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH.search(self._head, 0, end)
            self._left = int(length[1]) if length else 0
            size = len(self._head) - end - 4
            self._check()
        self._left -= size
        if self._left <= 0:
            self._complete()

    def _check(self) -> None:
        """See whether the answer is the one that was expected."""
        plan, problems = self._load.plan, self._load.count.problems
        if b"\r\ntransfer-encoding:" in self._head.lower():
            problems["an answer in chunks"] += 1
        status = int(self._head[9:12])
        if status != plan.status:
            problems[f"status {status}"] += 1
        elif plan.answer_bytes not in (None, self._left):
            problems[f"{self._left} bytes"] += 1

    def _complete(self) -> None:
        self._load.count.latencies.append(time.perf_counter() - self._begun)
        # An answer before the whole request was sent is a refusal; the rest is not wanted.
        if self._sending or b"\r\nconnection: close" in self._head.lower():
            self.close()
            self._open()
        self._load.go_on(self)

    def _fail(self, problem: str) -> None:
        self._load.count.problems[problem] += 1
        self.close()
        self._open()
        self._load.go_on(self)


class Load:
    """All connections of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.selector = selectors.DefaultSelector()
        self.requests = Requests(plan)
        self.count = Count()
        self.buffer = memoryview(bytearray(_RECEIVE))
        self._busy: set[Connection] = set()
        self._stop_at = 0.0

    def run(self) -> dict[str, Any]:
        """Make the requests.

        Raises:
            TimeoutError: The server did not answer in the time that the plan allows.
        """
        connections = [Connection(self) for _ in range(self.plan.connections)]
        begun, cpu = time.perf_counter(), time.process_time()
        self._stop_at = begun + self.plan.seconds
        for connection in connections:
            self.go_on(connection)
        give_up = begun + self.plan.timeout_s
        while self._busy:
            if time.perf_counter() > give_up:
                raise TimeoutError(f"no answer within {self.plan.timeout_s} s")
            for key, events in self.selector.select(1.0):
                if events & selectors.EVENT_WRITE:
                    key.data.send()
                if events & selectors.EVENT_READ:
                    key.data.receive()
        took, cpu = time.perf_counter() - begun, time.process_time() - cpu
        for connection in connections:
            connection.close()
        return outcome(self.count, seconds=took, cpu_s=cpu)

    def go_on(self, connection: Connection) -> None:
        """Begin another request on a connection, unless it is enough."""
        made = self.requests.number - self.plan.first
        if made >= self.plan.most or time.perf_counter() >= self._stop_at:
            self._busy.discard(connection)
            return
        self._busy.add(connection)
        connection.begin()


def outcome(count: Count, *, seconds: float, cpu_s: float) -> dict[str, Any]:
    """Return what is said of a run; times in milliseconds where they are one request's."""
    latencies = [value * 1000 for value in count.latencies] or [0.0]
    return {
        "requests": len(count.latencies),
        "problems": dict(count.problems),
        "seconds": seconds,
        "p50_ms": percentile(latencies, 0.5),
        "p99_ms": percentile(latencies, 0.99),
        "max_ms": max(latencies),
        "sent_bytes": count.sent_bytes,
        "received_bytes": count.received_bytes,
        "generator_cpu_s": cpu_s,
    }


def main() -> None:
    """Run the plan that comes on standard input."""
    json.dump(Load(Plan(**json.load(sys.stdin))).run(), sys.stdout)


if __name__ == "__main__":
    main()
