# SPDX-License-Identifier: Apache-2.0
"""The record of a head: its size, its epoch and its cluster size, as JSON."""

from __future__ import annotations

import json

from synnefo_core.contracts.storage import Corrupt, Head

VERSION = 1


def encode(head: Head) -> bytes:
    fields = {
        "version": VERSION,
        "size_bytes": head.size_bytes,
        "epoch": head.epoch,
        "cluster_bytes": head.cluster_bytes,
    }
    return json.dumps(fields).encode() + b"\n"


def decode(name: str, content: bytes) -> Head:
    """Return the head that a record describes.

    Raises:
        Corrupt: It is no record of ours.
    """
    try:
        fields = json.loads(content)
        if fields["version"] != VERSION:
            raise Corrupt(f"the record of head {name} has version {fields['version']}")
        sizes = {key: int(fields[key]) for key in ("size_bytes", "epoch", "cluster_bytes")}
        return Head(name, **sizes)
    except (ValueError, KeyError, TypeError) as fault:
        raise Corrupt(f"the record of head {name} cannot be understood") from fault
