# SPDX-License-Identifier: Apache-2.0
"""Bodies about credentials and the keys of the EC2 and S3 APIs.

Source: Identity API reference, "Credentials", "OS-EC2".
"""

from synnefo_api_identity.schemas.values import ID, NAME, OPTIONAL_ID, TEXT

_LONG = {**TEXT, "maxLength": 65535}

_PROPERTIES = {
    "type": NAME,
    "blob": _LONG,
    "user_id": ID,
    "project_id": OPTIONAL_ID,
}

_CREDENTIAL = {"type": "object", "properties": _PROPERTIES, "maxProperties": 16}

CREATE = {
    "type": "object",
    "properties": {"credential": {**_CREDENTIAL, "required": ["type", "blob"]}},
    "required": ["credential"],
    "additionalProperties": False,
}

UPDATE = {
    "type": "object",
    "properties": {"credential": {**_CREDENTIAL, "minProperties": 1}},
    "required": ["credential"],
    "additionalProperties": False,
}

LIST = {"type": "object", "properties": {"user_id": ID, "type": NAME}}

EC2_CREATE = {
    "type": "object",
    "properties": {"tenant_id": ID},
    "required": ["tenant_id"],
    "additionalProperties": False,
}

_TEXTS = {
    "type": "object",
    "propertyNames": TEXT,
    "additionalProperties": _LONG,
    "maxProperties": 1000,
}

_REQUEST = {
    "type": "object",
    "properties": {
        "access": NAME,
        "signature": _LONG,
        "verb": {**TEXT, "maxLength": 16},
        "host": {**TEXT, "maxLength": 255},
        "path": _LONG,
        "params": _TEXTS,
        "headers": _TEXTS,
        "body_hash": {**TEXT, "maxLength": 128},
    },
    "required": ["access", "signature"],
}

EC2_LOGIN = {
    "type": "object",
    "properties": {"credentials": _REQUEST, "ec2Credentials": _REQUEST},
    "anyOf": [{"required": ["credentials"]}, {"required": ["ec2Credentials"]}],
}

S3_LOGIN = {
    "type": "object",
    "properties": {
        "credentials": {
            "type": "object",
            "properties": {
                "access": NAME,
                "token": _LONG,
                "signature": _LONG,
            },
            "required": ["access", "token", "signature"],
        }
    },
    "required": ["credentials"],
}
