# SPDX-License-Identifier: Apache-2.0
"""The body of a login in version 2.0, and the query for tenants."""

from synnefo_api_identity.schemas.values import ID, NAME, PAGE, PASSWORD, TEXT

LOGIN = {
    "type": "object",
    "properties": {
        "auth": {
            "type": "object",
            "properties": {
                "passwordCredentials": {
                    "type": "object",
                    "properties": {"username": NAME, "password": PASSWORD},
                    "required": ["username", "password"],
                },
                "token": {
                    "type": "object",
                    "properties": {"id": {"type": "string", "maxLength": 4096}},
                    "required": ["id"],
                },
                "tenantId": ID,
                "tenantName": NAME,
            },
            "oneOf": [{"required": ["passwordCredentials"]}, {"required": ["token"]}],
        }
    },
    "required": ["auth"],
}

TENANTS = {"type": "object", "properties": PAGE}

SHOW = {"type": "object", "properties": {"belongsTo": {**TEXT, "maxLength": 8192}}}
