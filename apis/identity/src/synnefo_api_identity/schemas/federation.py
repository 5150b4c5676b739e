# SPDX-License-Identifier: Apache-2.0
"""The queries of logins at other organisations.

Source: Identity API reference, "OS-FEDERATION", "Web Single Sign Authentication".
"""

_ONE = {"type": "array", "items": {"type": "string", "maxLength": 2048}, "maxItems": 1}

WEBSSO = {
    "type": "object",
    "properties": {
        "origin": _ONE,
        "state": _ONE,
        "asking": _ONE,
        "newcomers": {**_ONE, "items": {"enum": ["token", "voucher"]}},
    },
    "oneOf": [{"required": ["origin"]}, {"required": ["state"]}],
}
"""``asking`` and ``newcomers`` are ours: a voucher in the place of a token. Each once: who reads the first and who reads the last must read the same."""
