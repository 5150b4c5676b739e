# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of images, and the documents that Glance publishes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_image

NAME_CHARACTERS = 255
PROPERTY_CHARACTERS = 65535
INT32 = 2**31 - 1

DISK_FORMATS = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "ploop", "iso"]
CONTAINER_FORMATS = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
VISIBILITIES = ["community", "public", "private", "shared"]

STATUSES = ["queued", "saving", "uploading", "importing", "active", "deactivated", "deleted"]

_UUID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"

BASE: Mapping[str, Mapping[str, Any]] = {
    "id": {"type": "string", "pattern": _UUID, "description": "An identifier of the image"},
    "name": {"type": ["null", "string"], "maxLength": NAME_CHARACTERS},
    "visibility": {"type": "string", "enum": VISIBILITIES},
    "protected": {"type": "boolean", "description": "Whether it can't be deleted"},
    "os_hidden": {"type": "boolean", "description": "Whether lists leave it out"},
    "owner": {"type": ["null", "string"], "minLength": 1, "maxLength": 64},
    "min_ram": {"type": "integer", "minimum": 0, "maximum": INT32, "description": "In MiB"},
    "min_disk": {"type": "integer", "minimum": 0, "maximum": INT32, "description": "In GiB"},
    "disk_format": {"type": ["null", "string"], "enum": [None, *DISK_FORMATS]},
    "container_format": {"type": ["null", "string"], "enum": [None, *CONTAINER_FORMATS]},
    "tags": {
        "type": "array",
        "items": {"type": "string", "minLength": 1, "maxLength": NAME_CHARACTERS},
        "maxItems": 128,
    },
}
"""What can be said of an image."""

READ_ONLY: Mapping[str, Mapping[str, Any]] = {
    "status": {"type": "string", "enum": STATUSES},
    "size": {"type": ["null", "integer"]},
    "virtual_size": {"type": ["null", "integer"]},
    "checksum": {"type": ["null", "string"], "maxLength": 32, "description": "MD5 of the data"},
    "os_hash_algo": {"type": ["null", "string"], "maxLength": 64},
    "os_hash_value": {"type": ["null", "string"], "maxLength": 128},
    "stores": {"type": "string", "description": "Where the data lies"},
    "created_at": {"type": "string"},
    "updated_at": {"type": "string"},
    "self": {"type": "string"},
    "file": {"type": "string"},
    "schema": {"type": "string"},
}
"""What only the cloud says."""

_LOCATION = {
    "type": "object",
    "properties": {"url": {"type": "string", "maxLength": 4096}, "metadata": {"type": "object"}},
    "required": ["url"],
    "additionalProperties": False,
}
LOCATIONS = {"type": "array", "items": _LOCATION, "minItems": 1, "maxItems": 1}

PROPERTY = {"type": "string", "maxLength": PROPERTY_CHARACTERS}

CREATE = {
    "type": "object",
    "properties": {**BASE, "locations": LOCATIONS},
    "propertyNames": {"minLength": 1, "maxLength": NAME_CHARACTERS},
    "additionalProperties": PROPERTY,
}

PATCH = {
    "type": "array",
    "maxItems": 256,
    "items": {
        "type": "object",
        "properties": {
            "op": {"enum": ["add", "replace", "remove"]},
            "path": {"type": "string"},
            "add": {"type": "string"},
            "replace": {"type": "string"},
            "remove": {"type": "string"},
            "value": {},
        },
        "additionalProperties": False,
    },
}

_NUMBER = {"type": "string", "pattern": "^[0-9]{1,18}$"}

LIST = {
    "type": "object",
    "properties": {
        "limit": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "size": _NUMBER,
        "size_min": _NUMBER,
        "size_max": _NUMBER,
        "min_disk": _NUMBER,
        "min_ram": _NUMBER,
        "visibility": {"enum": [*VISIBILITIES, "all"]},
        "member_status": {"enum": [*synnefo_image.states.ANSWERS, "all"]},
        "tag": {"type": "array", "items": {"type": "string"}},
        "sort_key": {"type": "array", "items": {"type": "string"}},
        "sort_dir": {"type": "array", "items": {"enum": ["asc", "desc"]}},
    },
}

IMAGE_DOCUMENT: Mapping[str, Any] = {
    "name": "image",
    "properties": {
        **BASE,
        **{name: {**schema, "readOnly": True} for name, schema in READ_ONLY.items()},
    },
    "additionalProperties": {"type": "string"},
    "links": [
        {"rel": "self", "href": "{self}"},
        {"rel": "enclosure", "href": "{file}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}

IMAGES_DOCUMENT: Mapping[str, Any] = {
    "name": "images",
    "properties": {
        "images": {"type": "array", "items": IMAGE_DOCUMENT},
        "first": {"type": "string"},
        "next": {"type": "string"},
        "schema": {"type": "string"},
    },
    "links": [
        {"rel": "first", "href": "{first}"},
        {"rel": "next", "href": "{next}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}
