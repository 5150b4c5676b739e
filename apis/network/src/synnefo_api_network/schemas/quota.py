# SPDX-License-Identifier: Apache-2.0
"""Bodies of quotas."""

from synnefo_api_network.handlers.quotas import COUNTED, UNCOUNTED
from synnefo_api_network.schemas import types

_LIMIT = {
    "anyOf": [
        {"type": "integer", "minimum": -1, "maximum": 2**31 - 1},
        {"type": "string", "pattern": "^(-1|[0-9]{1,9})$"},
    ]
}

UPDATE = types.one("quota", dict.fromkeys((*COUNTED, *UNCOUNTED), _LIMIT))
