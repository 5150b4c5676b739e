# SPDX-License-Identifier: Apache-2.0
"""What a guest reads at its first boot, on its way from the cloud to the guest's machine.

A seed is a small volume of files that the first-boot program in the guest (cloud-init,
Cloudbase-Init) finds by its label. It holds passwords: whoever passes it on keeps it out of logs
and listings.

Packed, it is base64 of zlib's compressed form of a JSON object: ``label``, and ``files``, an object
of base64 contents by path; and ``offline``, where there is one. The OS definition on a Ganeti node unpacks it without this package.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Seed:
    """A volume to be made.

    Attributes:
        label: By which the guest finds it: "cidata" or "config-2".
        files: Contents by path, without a slash at the beginning.
        offline: What is to be written on the guest's own disk before it begins, as JSON has it; None
            for nothing. docs/operators/guests.rst has its members.
    """

    label: str
    files: Mapping[str, bytes] = field(repr=False)
    offline: Mapping[str, Any] | None = field(default=None, repr=False)

    def pack(self) -> str:
        """Return the seed as ASCII text."""
        files = {path: base64.b64encode(content).decode() for path, content in self.files.items()}
        told: dict[str, Any] = {"label": self.label, "files": files}
        if self.offline is not None:
            told["offline"] = self.offline
        return base64.b64encode(zlib.compress(json.dumps(told).encode(), 9)).decode()

    @classmethod
    def unpack(cls, packed: str) -> Seed:
        """Return the seed that was packed.

        Raises:
            ValueError: It is none.
        """
        try:
            told = json.loads(zlib.decompress(base64.b64decode(packed, validate=True)))
        except (binascii.Error, zlib.error) as cause:
            msg = "this is not a packed seed"
            raise ValueError(msg) from cause
        files = {path: base64.b64decode(content) for path, content in told["files"].items()}
        return cls(told["label"], files, told.get("offline"))
