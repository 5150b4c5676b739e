# SPDX-License-Identifier: Apache-2.0
"""What clients and pages send for the authorization code grant.

Source: RFC 6749 section 4.1, RFC 7636 section 4.
"""

from __future__ import annotations

_TEXT = {"type": "string", "pattern": "^[^\\x00\\ud800-\\udfff]*$"}
_ID = {**_TEXT, "minLength": 1, "maxLength": 48}
_LONG = {**_TEXT, "maxLength": 8192}

_WISH = {
    "response_type": {**_TEXT, "maxLength": 64},
    "client_id": _ID,
    "redirect_uri": _LONG,
    "scope": _LONG,
    "state": _LONG,
    "code_challenge": {**_TEXT, "maxLength": 128},
    "code_challenge_method": {**_TEXT, "maxLength": 16},
}

WISH = {"type": "object", "properties": _WISH, "required": ["response_type", "client_id"]}

ANSWER = {
    "type": "object",
    "properties": {**_WISH, "is_allowed": {"type": "boolean"}},
    "required": ["response_type", "client_id", "is_allowed"],
    "additionalProperties": False,
}

EXCHANGE = {
    "type": "object",
    "properties": {
        "grant_type": {**_TEXT, "maxLength": 64},
        "client_id": _ID,
        "client_secret": {**_TEXT, "maxLength": 1024},
        "code": {**_TEXT, "maxLength": 1024},
        "redirect_uri": _LONG,
        "code_verifier": {**_TEXT, "maxLength": 1024},
    },
}
