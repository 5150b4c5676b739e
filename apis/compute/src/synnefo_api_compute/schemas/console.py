# SPDX-License-Identifier: Apache-2.0
"""What requests about consoles look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import MKS, REMOTE_CONSOLES, SPICE_DIRECT
from synnefo_core.wsgi.validation import Schema


def _of_type(*types: str) -> Schema:
    return Schema(
        {
            "type": "object",
            "properties": {"type": {"enum": list(types)}},
            "required": ["type"],
            "additionalProperties": False,
        }
    )


VNC, SPICE = _of_type("novnc", "xvpvnc"), _of_type("spice-html5")
RDP, SERIAL = _of_type("rdp-html5"), _of_type("serial")

OUTPUT = Schema(
    {
        "type": ["object", "null"],
        "properties": {
            "length": {
                "type": ["integer", "string", "null"],
                "pattern": "^-?[0-9]+$",
                "minimum": -1,
            }
        },
        "additionalProperties": False,
    }
)


def _create(*protocols_and_types: tuple[str, str]) -> dict[str, Any]:
    protocols = sorted({protocol for protocol, _ in protocols_and_types})
    remote_console = {
        "type": "object",
        "properties": {
            "protocol": {"enum": protocols},
            "type": {"enum": [kind for _, kind in protocols_and_types]},
        },
        "required": ["protocol", "type"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"remote_console": remote_console},
        "required": ["remote_console"],
        "additionalProperties": False,
    }


_FIRST = (("vnc", "novnc"), ("vnc", "xvpvnc"), ("spice", "spice-html5"), ("serial", "serial"))

_MKS = (*_FIRST, ("mks", "webmks"))

CREATE = {
    REMOTE_CONSOLES: _create(*_FIRST),
    MKS: _create(*_MKS),
    SPICE_DIRECT: _create(*_MKS, ("spice", "spice-direct")),
}
