# SPDX-License-Identifier: Apache-2.0
"""A file that hardly changed is sent again by what changed of it, and one that moves not at all.

A client keeps a large file in the cloud by the hashes of its blocks, and counts what it sends.
``SCALE=full`` has a file of 1 GiB.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from synnefo_blocks import block_name
from tests.system.client import Client
from tests.system.deployment import Deployment, deployed

pytestmark = pytest.mark.system

MIB = 2**20
SIZE_BYTES = 1024 * MIB if os.environ.get("SCALE", "ci") == "full" else 64 * MIB
BLOCK = 4 * MIB
HASH_IN_JSON = len(json.dumps(["0" * 64, "0" * 64])) - len(json.dumps(["0" * 64]))


@dataclass
class File:
    """A file on the client's machine, read block by block."""

    path: Path

    def blocks(self) -> Iterator[bytes]:
        """Yield its blocks."""
        with self.path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    def change(self, at: int) -> None:
        """Change one byte."""
        with self.path.open("r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1]))

    def digest(self) -> str:
        """Return the digest of all of it."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class Syncing:
    """A client; ``sent`` are method and length of each request since it was last looked at."""

    client: Client
    account: str
    sent: list[tuple[str, int]] = field(default_factory=list)

    def upload(self, file: File, name: str) -> None:
        """Send what the cloud lacks of a file: the blocks that its object has not, and its hashes."""
        hashes = [block_name(block).hex() for block in file.blocks()]
        lacking = set(hashes) - set(self._hashes(name))
        for number, block in enumerate(file.blocks()):
            if hashes[number] in lacking:
                self._send("POST", "", block, {"Content-Type": "application/octet-stream"})
                lacking.remove(hashes[number])
        told = json.dumps({"bytes": file.path.stat().st_size, "hashes": hashes}).encode()
        self._send("PUT", f"/{name}?hashmap", told, {})

    def move(self, name: str, target: str) -> None:
        """Give an object another name."""
        self._send("MOVE", f"/{name}", b"", {"Destination": f"/c/{target}"})

    def digest(self, name: str) -> str:
        """Return the digest of all of an object."""
        digest = hashlib.sha256()
        with self.client.call("GET", f"{self.account}/c/{name}", stream=True) as answer:
            for piece in answer.iter_content(MIB):
                digest.update(piece)
        return digest.hexdigest()

    def _hashes(self, name: str) -> list[str]:
        answer = self.client.ask("GET", f"{self.account}/c/{name}?hashmap")
        return answer.json()["hashes"] if answer.ok else []

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        answer = self.client.call(method, f"{self.account}/c{path}", data=body, headers=headers)
        self.sent.append((method, int(answer.request.headers.get("Content-Length", 0))))

    def since(self) -> list[tuple[str, int]]:
        """Return what was sent, and begin anew."""
        sent, self.sent = self.sent, []
        return sent


@pytest.fixture
def cloud(tmp_path) -> Iterator[Deployment]:
    """A cloud on its embedded defaults."""
    with deployed(tmp_path / "cloud") as deployment:
        deployment.run()
        yield deployment


@pytest.fixture
def syncing(cloud) -> Syncing:
    """A client with a container."""
    client = Client(cloud)
    account = f"/object-store/v1/AUTH_{client.project_id}"
    client.call("PUT", f"{account}/c")
    return Syncing(client, account)


@pytest.fixture
def file(tmp_path) -> File:
    """A large file of which no two blocks are the same."""
    chance, path = random.Random(4), tmp_path / "file"
    with path.open("wb") as made:
        for _ in range(SIZE_BYTES // MIB):
            made.write(chance.randbytes(MIB))
    return File(path)


def stored(cloud: Deployment) -> set[Path]:
    """Return the files of the store."""
    root = cloud.data / "drivers/storage/local/blocks"
    return {path for kind in ("block", "map") for path in (root / kind).rglob("*/*")}


@pytest.mark.timeout(900)
def test_little_is_sent_of_a_file_that_hardly_changed_and_nothing_of_one_that_moves(
    cloud, syncing, file
):
    syncing.upload(file, "o")
    assert SIZE_BYTES // BLOCK + 1 == len(syncing.since())
    before = stored(cloud)

    file.change(SIZE_BYTES // 2 + 12345)
    syncing.upload(file, "o")

    (post, block_bytes), (put, hashmap_bytes) = syncing.since()
    assert ("POST", BLOCK, "PUT") == (post, block_bytes, put)
    assert hashmap_bytes < (SIZE_BYTES // BLOCK + 1) * HASH_IN_JSON + 100
    assert ["block", "map"] == sorted(p.parts[-3] for p in stored(cloud) - before)
    assert file.digest() == syncing.digest("o")

    before = {path: path.stat().st_ino for path in stored(cloud)}
    syncing.move("o", "elsewhere")

    assert [("MOVE", 0)] == syncing.since()
    assert before == {path: path.stat().st_ino for path in stored(cloud)}
    assert file.digest() == syncing.digest("elsewhere")
    assert 404 == syncing.client.ask("HEAD", f"{syncing.account}/c/o").status_code
