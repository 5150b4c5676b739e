# SPDX-License-Identifier: Apache-2.0
"""Kinds of values that several bodies have."""

TEXT = {"type": "string", "pattern": "^[^\\x00\\ud800-\\udfff]*$"}
"""What every database can keep."""

ID = {**TEXT, "minLength": 1, "maxLength": 64}

NAME = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[^\\x00\\ud800-\\udfff]*\\S",
}

NAME_OF_64 = {**NAME, "maxLength": 64}

DESCRIPTION = {**TEXT, "type": ["string", "null"], "maxLength": 65535}

SHORT = {**TEXT, "type": ["string", "null"], "maxLength": 255}

OPTIONAL_ID = {**TEXT, "type": ["string", "null"], "maxLength": 64}

PASSWORD = {"type": "string", "maxLength": 4096}

FLAG = {"type": "boolean"}

NOTHING_YET = {"type": "object", "maxProperties": 0}

PAGE = {
    "limit": {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"},
    "marker": {"type": "string", "maxLength": 64},
}
"""The query parameters of every list."""
