# SPDX-License-Identifier: Apache-2.0
"""The body of a login, and the query beside it.

Source: Identity API reference, "Authentication and token management".
"""

from synnefo_api_identity.schemas.values import ID, NAME, PASSWORD

_DOMAIN = {
    "type": "object",
    "properties": {"id": ID, "name": NAME},
    "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
    "additionalProperties": False,
}

_OF_A_DOMAIN = {
    "anyOf": [{"required": ["id"]}, {"required": ["name", "domain"]}],
}

_USER = {
    "type": "object",
    "properties": {"id": ID, "name": NAME, "domain": _DOMAIN, "password": PASSWORD},
    "required": ["password"],
    "additionalProperties": False,
    **_OF_A_DOMAIN,
}

_CREDENTIAL = {
    "type": "object",
    "properties": {
        "id": ID,
        "name": NAME,
        "secret": PASSWORD,
        "user": {
            "type": "object",
            "properties": {"id": ID, "name": NAME, "domain": _DOMAIN},
            "additionalProperties": False,
        },
    },
    "required": ["secret"],
    # Beside an id the user may be empty: clients written in Go send it so.
    "anyOf": [
        {"required": ["id"]},
        {"required": ["name", "user"], "properties": {"user": _OF_A_DOMAIN}},
    ],
    "additionalProperties": False,
}

_SCOPE = {
    "type": "object",
    "properties": {
        "project": {
            "type": "object",
            "properties": {"id": ID, "name": NAME, "domain": _DOMAIN},
            "additionalProperties": False,
            **_OF_A_DOMAIN,
        },
        "domain": _DOMAIN,
        "system": {
            "type": "object",
            "properties": {"all": {"const": True}},
            "required": ["all"],
            "additionalProperties": False,
        },
        "unscoped": {"type": "object"},
        "OS-TRUST:trust": {"type": "object"},
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

LOGIN = {
    "type": "object",
    "properties": {
        "auth": {
            "type": "object",
            "properties": {
                "identity": {
                    "type": "object",
                    "properties": {
                        "methods": {
                            "type": "array",
                            "items": {"type": "string", "maxLength": 64},
                            "minItems": 1,
                            "maxItems": 8,
                        },
                        "password": {
                            "type": "object",
                            "properties": {"user": _USER},
                            "required": ["user"],
                            "additionalProperties": False,
                        },
                        "application_credential": _CREDENTIAL,
                        "token": {
                            "type": "object",
                            "properties": {"id": {"type": "string", "maxLength": 4096}},
                            "required": ["id"],
                            "additionalProperties": False,
                        },
                    },
                    "required": ["methods"],
                },
                "scope": {"oneOf": [_SCOPE, {"const": "unscoped"}]},
            },
            "required": ["identity"],
            "additionalProperties": False,
        }
    },
    "required": ["auth"],
    "additionalProperties": False,
}
