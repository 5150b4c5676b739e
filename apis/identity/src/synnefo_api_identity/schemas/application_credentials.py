# SPDX-License-Identifier: Apache-2.0
"""Bodies about application credentials.

Source: Identity API reference, "Application Credentials".
"""

from synnefo_api_identity.schemas.values import DESCRIPTION, FLAG, ID, NAME, PASSWORD

_RULE = {
    "type": "object",
    "properties": {
        "id": ID,
        "service": ID,
        "method": {"enum": ["POST", "GET", "HEAD", "PATCH", "PUT", "DELETE"]},
        "path": {"type": "string", "maxLength": 128, "pattern": "^/[^\\x00\\ud800-\\udfff]*$"},
    },
    "anyOf": [{"required": ["id"]}, {"required": ["service", "method", "path"]}],
    "additionalProperties": False,
}

CREATE = {
    "type": "object",
    "properties": {
        "application_credential": {
            "type": "object",
            "properties": {
                "name": NAME,
                "description": DESCRIPTION,
                "secret": {**PASSWORD, "type": ["string", "null"], "minLength": 1},
                "expires_at": {"type": ["string", "null"], "maxLength": 64},
                "roles": {
                    "type": ["array", "null"],
                    "maxItems": 64,
                    "items": {
                        "type": "object",
                        "properties": {"id": ID, "name": NAME},
                        "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
                    },
                },
                "unrestricted": {**FLAG, "type": ["boolean", "null"]},
                "access_rules": {"type": ["array", "null"], "maxItems": 64, "items": _RULE},
            },
            "required": ["name"],
        }
    },
    "required": ["application_credential"],
    "additionalProperties": False,
}
