# SPDX-License-Identifier: Apache-2.0
"""A client that writes, copies, changes and removes objects, and knows what must be there."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Mapping

import requests

from tests.system.client import Client
from tests.system.deployment import Deployment
from tests.system.storm import worlds
from tests.system.storm.barrier import Barrier
from tests.system.storm.worlds import Change, World, Worlds

BLOCK = 4096
NAMES, CONTENTS = 12, 10
SYNC_ATTEMPTS = 10
REFUSED = (503, 507)
"""The cloud says that it can't now: nothing has changed."""


def content_of(number: int) -> bytes:
    """Return one of a few contents, which share blocks: what is garbage is soon written again."""
    pieces = random.Random(number)
    blocks = b"".join(bytes([pieces.randrange(1, 6)]) * BLOCK for _ in range(number * 7 % 20))
    return blocks + pieces.randbytes(number * 1001 % BLOCK)


class Writer:
    """One client; the names that it writes are its own.

    Attributes:
        seen: How often what came of a request: "done", "refused", "broken off".
    """

    def __init__(
        self, deployment: Deployment, prefix: str, chance: random.Random, barrier: Barrier
    ) -> None:
        """Log in; objects are named ``PREFIX-NUMBER``."""
        self._client = Client(deployment)
        self.account = f"/object-store/v1/AUTH_{self._client.project_id}"
        self.prefix, self._chance, self._barrier = prefix, chance, barrier
        self.worlds, self.seen = Worlds(), Counter[str]()

    def step(self) -> bool:
        """Do something by chance; say whether the cloud answered."""
        steps = (self.put, self.put, self.get, self.remove, self.copy, self.move, self.patch)
        step = self._chance.choice((*steps, self.append, self.cut_off, self.stream, self.sync))
        broken_off = self.seen["broken off"]
        with self._barrier.together():
            step()
        return self.seen["broken off"] == broken_off

    # -- What it does -------------------------------------------------------------------

    def put(self) -> None:
        name, content = self._name(), self._content()
        self._write("PUT", name, worlds.put(name, content), data=content)

    def stream(self) -> None:
        """Put without saying how long it is."""
        name, content = self._name(), self._content()
        pieces = (content[at : at + 10_000] for at in range(0, len(content), 10_000))
        self._write("PUT", name, worlds.put(name, content), data=pieces)

    def remove(self) -> None:
        name = self._name()
        missing = (404,) if None in self.worlds.contents(name) else ()
        self._write("DELETE", name, worlds.removal(name), also=missing)

    def copy(self) -> None:
        for name, content in self._something():
            target = self._name()
            told = {"Destination": f"/c/{target}"}
            self._write("COPY", name, worlds.put(target, content), headers=told)

    def move(self) -> None:
        for name, _ in self._something():
            target = self._name()
            if target != name:
                told = {"Destination": f"/c/{target}"}
                self._write("MOVE", name, worlds.move(name, target), headers=told)

    def patch(self) -> None:
        """Overwrite a part."""
        for name, content in self._something():
            start = self._chance.randrange(len(content) + 1)
            piece = self._chance.randbytes(self._chance.randrange(1, 3 * BLOCK))
            changed = content[:start] + piece + content[start + len(piece) :]
            told = {"Content-Range": f"bytes {start}-{start + len(piece) - 1}/*"}
            self._write("POST", name, worlds.put(name, changed), headers=told, data=piece)

    def append(self) -> None:
        for name, content in self._something():
            piece = self._chance.randbytes(self._chance.randrange(1, BLOCK))
            told = {"Content-Range": "bytes */*"}
            self._write("POST", name, worlds.put(name, content + piece), headers=told, data=piece)

    def cut_off(self) -> None:
        for name, content in self._something():
            length = self._chance.randrange(len(content) + 1)
            told = {"X-Object-Bytes": str(length)}
            self._write("POST", name, worlds.put(name, content[:length]), headers=told)

    def sync(self) -> None:
        """Put by hashes; send the blocks that are missing."""
        name, content = self._name(), self._content()
        blocks = [content[at : at + BLOCK] for at in range(0, len(content), BLOCK)]
        named = {hashlib.sha256(b.rstrip(b"\0")).hexdigest(): b for b in blocks}
        hashes = [hashlib.sha256(b.rstrip(b"\0")).hexdigest() for b in blocks]
        told, change = {"bytes": len(content), "hashes": hashes}, worlds.put(name, content)
        for _ in range(SYNC_ATTEMPTS):
            answer = self._write("PUT", f"{name}?hashmap", change, also=(409,), json=told)
            if answer is None or answer.status_code != 409:
                return
            if not self._send_blocks(b"".join(named[each] for each in answer.json())):
                return
        raise AssertionError(f"the blocks of {name} are missing however often they are sent")

    def get(self) -> None:
        name = self._name()
        expected = self.worlds.contents(name)
        answer = self._ask("GET", f"/c/{name}")
        if answer is not None and answer.status_code not in REFUSED:
            found = None if answer.status_code == 404 else _body(answer)
            assert found in expected, f"{name} is none of {len(expected)} that it may be"

    # -- What it looks at when all is quiet ----------------------------------------------

    def read_all(self, listed: Mapping[str, object]) -> World:
        """Read all that is the writer's; learn that it is there, and fail where it can't be."""
        found = {n: self._read(n) for n in listed if n.partition("-")[0] == self.prefix}
        self.worlds.settle(found)
        return found

    def _read(self, name: str) -> bytes:
        return _body(self._client.call("GET", f"{self.account}/c/{name}"))

    # -- How it asks ---------------------------------------------------------------------

    def _write(
        self, method: str, name: str, change: Change, *, also: tuple[int, ...] = (), **more: object
    ) -> requests.Response | None:
        """Ask for a change, and learn from the answer; None: there was none."""
        answer = self._ask(method, f"/c/{name}", **more)
        if answer is None:
            self.worlds.may_have_happened(change)
        elif answer.ok or (method == "DELETE" and answer.status_code in also):
            self.worlds.happened(change)
        elif answer.status_code not in (*REFUSED, *also):
            raise AssertionError(f"{method} {name}: {answer.status_code} {answer.text}")
        return answer

    def _send_blocks(self, body: bytes) -> bool:
        """Send blocks, of which only the last may be short; say whether they were taken."""
        told = {"Content-Type": "application/octet-stream"}
        answer = self._ask("POST", "/c", data=body, headers=told)
        assert answer is None or answer.status_code in (202, *REFUSED), answer.text
        return answer is not None and answer.ok

    def _ask(self, method: str, path: str, **more: object) -> requests.Response | None:
        try:
            answer = self._client.ask(method, self.account + path, **more)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            self.seen["broken off"] += 1
            return None
        if answer.status_code in REFUSED:
            _check_refusal(answer)
        self.seen["refused" if answer.status_code in REFUSED else "done"] += 1
        return answer

    def _name(self) -> str:
        return f"{self.prefix}-{self._chance.randrange(NAMES)}"

    def _content(self) -> bytes:
        return content_of(self._chance.randrange(CONTENTS))

    def _something(self) -> Iterator[tuple[str, bytes]]:
        """Yield one object that is surely there, if there is one."""
        known = sorted(self.worlds.known().items())
        if known:
            yield self._chance.choice(known)


def _check_refusal(answer: requests.Response) -> None:
    """See that a client is told what to do."""
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
    else:
        assert "the store is full" in answer.text


def _body(answer: requests.Response) -> bytes:
    length = answer.headers.get("Content-Length")
    assert length in (None, str(len(answer.content)))
    assert answer.headers["Etag"].strip('"') == hashlib.md5(answer.content).hexdigest()
    return answer.content
