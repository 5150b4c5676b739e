# SPDX-License-Identifier: Apache-2.0
"""The bodies of requests about login methods."""

from synnefo_api_account.schemas.terms import VERSION

_TEXT = {"type": "string", "minLength": 1, "maxLength": 255}
_SECRET = {"type": "string", "minLength": 1, "maxLength": 4096}

ADD = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "password": _SECRET,
        "voucher": {"type": "string", "minLength": 1, "maxLength": 16384},
        "switch": {"type": "boolean"},
    },
    "oneOf": [{"required": ["password"]}, {"required": ["voucher"]}],
    "additionalProperties": False,
}
"""A password alone is one to be kept here; with a name it is one that the method knows."""

TRIP = {
    "type": "object",
    "properties": {
        "origin": {"type": "string", "minLength": 1, "maxLength": 2048},
        "switch": {"type": "boolean"},
    },
    "required": ["origin"],
    "additionalProperties": False,
}

REGISTER = {
    "type": "object",
    "properties": {
        "voucher": {"type": "string", "minLength": 1, "maxLength": 16384},
        "email": {"type": "string", "minLength": 3, "maxLength": 254},
        "first_name": {"type": "string", "maxLength": 255},
        "last_name": {"type": "string", "maxLength": 255},
        "terms_version": VERSION,
    },
    "required": ["voucher"],
    "additionalProperties": False,
}
