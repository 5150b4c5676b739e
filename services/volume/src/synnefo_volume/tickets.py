# SPDX-License-Identifier: Apache-2.0
"""What a node is shown before it serves a volume; see :mod:`synnefo_core.contracts.volumes`.

The key lies in ``DIR/keys/volume-tickets``, beside the others; nodes have its public half.
"""

from __future__ import annotations

import base64
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.volumes import PURPOSE, Ticket, seal
from synnefo_core.signatures import Signer

_DIRECTORY, _FILE = "volume-tickets", "private"


def signer(cloud: Cloud, purpose: str = PURPOSE) -> Signer:
    """Return what signs tickets, or for another purpose; the first call in a cloud makes the key."""
    directory = cloud.data_dir / "keys" / _DIRECTORY
    return cloud.shared(f"volume.signer.{purpose}", lambda: Signer(_key(directory), purpose))


def _key(directory: Path) -> bytes:
    for part in (directory.parent, directory):
        part.mkdir(mode=0o700, exist_ok=True)
    file = directory / _FILE
    if not file.exists():
        descriptor, draft = tempfile.mkstemp(dir=directory)
        with os.fdopen(descriptor, "wb") as written:
            written.write(base64.b64encode(Signer.new_key()))
            written.flush()
            os.fsync(written.fileno())
        # Of several processes that make one, the first one's counts.
        with suppress(FileExistsError):
            os.link(draft, file)
        Path(draft).unlink()
    return base64.b64decode(file.read_bytes())


def public_key(cloud: Cloud) -> str:
    """Return what nodes have to know, in base64."""
    return base64.b64encode(signer(cloud).public_key).decode()


def sealed(cloud: Cloud, ticket: Ticket) -> str:
    """Return a signed ticket."""
    return seal(signer(cloud), ticket)
