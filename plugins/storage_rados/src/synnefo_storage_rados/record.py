# SPDX-License-Identifier: Apache-2.0
"""The record of a head, as JSON: two different ones never begin alike, so they can be compared."""

from __future__ import annotations

import json
from dataclasses import dataclass

from synnefo_core.contracts.storage import CLUSTER_BYTES, Corrupt, Head

VERSION = 1
RECORD_BYTES = 4096


@dataclass(frozen=True)
class Record:
    """What is known of a head.

    Attributes:
        id: What its data is named by; a head of the same name that comes later has another one.
        is_going: Its removal has begun: it is there for nobody any more.
    """

    id: str
    size_bytes: int
    epoch: int
    is_going: bool = False

    def encode(self) -> bytes:
        fields = {
            "version": VERSION,
            "id": self.id,
            "size_bytes": self.size_bytes,
            "epoch": self.epoch,
            "cluster_bytes": CLUSTER_BYTES,
            "is_going": self.is_going,
        }
        return json.dumps(fields).encode() + b"\n"

    def head(self, name: str) -> Head:
        return Head(name, self.size_bytes, self.epoch, CLUSTER_BYTES)


def decode(name: str, content: bytes) -> Record:
    """Return the record that an object holds.

    Raises:
        Corrupt: It is no record of ours.
    """
    try:
        fields = json.loads(content)
        if (fields["version"], fields["cluster_bytes"]) != (VERSION, CLUSTER_BYTES):
            raise Corrupt(f"the record of head {name} is of another version")
        return Record(
            str(fields["id"]),
            int(fields["size_bytes"]),
            int(fields["epoch"]),
            bool(fields["is_going"]),
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise Corrupt(f"the record of head {name} cannot be understood") from fault
