# SPDX-License-Identifier: Apache-2.0
"""What requests about servers look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_compute.schemas.first_boot import CONFIG_DRIVE, PERSONALITY, USER_DATA
from synnefo_api_compute.schemas.growth import grown
from synnefo_api_compute.schemas.metadata import METADATA
from synnefo_api_compute.schemas.query import NUMBER, WORD, strict
from synnefo_api_compute.versions import (
    CERTIFICATES,
    DESCRIPTION,
    DEVICE_TAGS,
    DEVICE_TAGS_AGAIN,
    FULL_HOSTNAME,
    HOST_OF_NEW,
    HOSTNAME,
    NETWORK_POLICIES,
    NO_BLOCK_TAGS,
    NO_PERSONALITY,
    RANGE,
    TAGS_OF_NEW,
    VOLUME_TYPES,
)
from synnefo_compute import AUTO, MOST_TAGS, NONE
from synnefo_core.contracts.api import Version

NAME: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    # Neither only blanks nor control characters.
    "pattern": r"^[^\u0000-\u001f]*[^\s\u0000-\u001f][^\u0000-\u001f]*$",
}

COUNT: dict[str, Any] = {"type": ["integer", "string"], "pattern": "^[0-9]{1,9}$", "minimum": 1}

TAG: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[^,/]*$"}

_NETWORK: dict[str, Any] = {
    "uuid": {"type": "string", "format": "uuid"},
    "port": {"type": ["string", "null"], "format": "uuid"},
    "fixed_ip": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
}

DETAILS: dict[str, Any] = {
    "name": NAME,
    "accessIPv4": {"type": "string", "format": "ipv4"},
    "accessIPv6": {"type": "string", "format": "ipv6"},
    "OS-DCF:diskConfig": {"enum": ["AUTO", "MANUAL"]},
}
"""What can be said of a server when it is made, and said anew later."""

DESCRIBED: dict[str, Any] = {
    "description": {
        "type": ["string", "null"],
        "maxLength": 255,
        "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$",
    }
}
"""What can be said too since 2.19."""

_SHORT_HOSTNAME = {"hostname": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,63}$"}}
_HOSTNAME = {
    "hostname": {
        "type": "string",
        "maxLength": 255,
        "pattern": r"^[a-zA-Z0-9_-]{1,63}(\.[a-zA-Z0-9_-]{1,63})*$",
    }
}
HOSTNAMES: dict[Version, dict[str, Any]] = {HOSTNAME: _SHORT_HOSTNAME, FULL_HOSTNAME: _HOSTNAME}
"""What the guest is called, since 2.90; with its domain since 2.94."""

TRUSTED: dict[str, Any] = {
    "trusted_image_certificates": {
        "type": ["array", "null"],
        "items": {"type": "string", "minLength": 1, "maxLength": 255},
        "minItems": 1,
        "maxItems": 50,
    }
}

UNBUILT = {
    "return_reservation_id",
    "trusted_image_certificates",
}
"""Fields of a new server that Nova knows and this cloud does not do yet."""

_SERVERS: dict[str, Any] = {
    "oneOf": [
        {"type": "string", "format": "uuid"},
        {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 64},
    ]
}

HINTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "group": {"type": "string", "format": "uuid"},
        "same_host": _SERVERS,
        "different_host": _SERVERS,
    },
}
"""What is asked of the place of a server; as in Nova, hints that nobody knows mean nothing."""

_DEVICE: dict[str, Any] = {
    "uuid": {"type": "string", "format": "uuid"},
    "source_type": {"enum": ["image", "volume", "snapshot", "blank"]},
    "destination_type": {"enum": ["local", "volume"]},
    "boot_index": {"type": ["integer", "string", "null"], "pattern": "^-?[0-9]+$"},
    "delete_on_termination": {"type": "boolean"},
    "volume_size": {
        "type": ["integer", "string", "null"],
        "pattern": "^[0-9]{1,9}$",
        "minimum": 1,
        "maximum": 2**31 - 1,
    },
    "device_name": {"type": ["string", "null"], "pattern": "^(/dev/)?[A-Za-z0-9]{1,32}$"},
    "disk_bus": {"type": ["string", "null"]},
    "device_type": {"type": ["string", "null"]},
    "guest_format": {"type": ["string", "null"]},
    "no_device": {},
}
_OLD_DEVICES: dict[str, Any] = {
    "block_device_mapping": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "delete_on_termination": {"type": ["boolean", "string", "null"]},
                "device_name": {
                    "type": ["string", "null"],
                    "pattern": "^(/dev/)?[A-Za-z0-9]{1,32}$",
                },
                "no_device": {},
                "snapshot_id": {"type": ["string", "null"], "format": "uuid"},
                "virtual_name": {"type": ["string", "null"], "maxLength": 255},
                "volume_id": {"type": ["string", "null"], "format": "uuid"},
                "volume_size": {"type": ["integer", "string", "null"], "pattern": "^[0-9]{0,9}$"},
            },
            "anyOf": [{"required": ["volume_id"]}, {"required": ["snapshot_id"]}],
            "additionalProperties": False,
        },
        "maxItems": 64,
    }
}
_TAGGED: dict[str, Any] = {"tag": TAG}
_TYPED: dict[str, Any] = {"volume_type": {"type": ["string", "null"], "maxLength": 255}}


def _devices(*more: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: one for each in (_DEVICE, *more) for name, one in each.items()}
    device = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"block_device_mapping_v2": {"type": "array", "items": device, "maxItems": 64}}


def _networks(*more: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: one for each in (_NETWORK, *more) for name, one in each.items()}
    network = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"networks": {"type": "array", "items": network, "maxItems": 16}}


def _by_policy(*more: Mapping[str, Any]) -> dict[str, Any]:
    return {"networks": {"oneOf": [{"enum": [NONE, AUTO]}, _networks(*more)["networks"]]}}


_NEW: dict[str, Any] = {
    **DETAILS,
    "adminPass": {"type": "string", "minLength": 1, "maxLength": 255},
    "config_drive": CONFIG_DRIVE,
    "personality": PERSONALITY,
    "user_data": USER_DATA,
    "flavorRef": {"type": ["string"], "minLength": 1, "maxLength": 255},
    "imageRef": {"type": ["string", "null"], "maxLength": 255},
    "key_name": {"type": ["string", "null"], "maxLength": 255},
    "metadata": METADATA,
    **_devices(),
    **_OLD_DEVICES,
    **_networks(),
    "security_groups": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 255}},
            "required": ["name"],
            "additionalProperties": False,
        },
        "maxItems": 100,
    },
    "availability_zone": {"type": "string", "minLength": 1, "maxLength": 255},
    "min_count": COUNT,
    "max_count": COUNT,
    **{name: {} for name in sorted(UNBUILT - TRUSTED.keys())},
}


def _create(properties: Mapping[str, Any]) -> dict[str, Any]:
    # Since 2.37 nobody is left to guess.
    required = [] if "oneOf" not in properties["networks"] else ["networks"]
    return {
        "type": "object",
        "properties": {
            "server": {
                "type": "object",
                "properties": properties,
                "required": ["name", "flavorRef", *required],
                "additionalProperties": False,
            },
            "os:scheduler_hints": HINTS,
            "OS-SCH-HNT:scheduler_hints": HINTS,
        },
        "required": ["server"],
        "additionalProperties": False,
    }


def _update(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "server": {"type": "object", "properties": properties, "additionalProperties": False}
        },
        "required": ["server"],
        "additionalProperties": False,
    }


_HOST: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255}

CREATE = grown(
    _create,
    {
        RANGE.minimum: _NEW,
        DESCRIPTION: DESCRIBED,
        # Nova lost the tags and found them again.
        DEVICE_TAGS: _networks(_TAGGED) | _devices(_TAGGED),
        NO_BLOCK_TAGS: _devices(),
        NETWORK_POLICIES: _by_policy(),
        DEVICE_TAGS_AGAIN: _by_policy(_TAGGED) | _devices(_TAGGED),
        TAGS_OF_NEW: {"tags": {"type": "array", "items": TAG, "maxItems": MOST_TAGS}},
        NO_PERSONALITY: {"personality": None},
        CERTIFICATES: TRUSTED,
        VOLUME_TYPES: _devices(_TAGGED, _TYPED),
        HOST_OF_NEW: {"host": _HOST, "hypervisor_hostname": _HOST},
        **HOSTNAMES,
    },
)

UPDATE = grown(_update, {RANGE.minimum: DETAILS, DESCRIPTION: DESCRIBED, **HOSTNAMES})

_READ: dict[str, Any] = {
    "limit": NUMBER,
    "marker": WORD,
    "sort_dir": {"type": "array", "items": {"enum": ["asc", "desc"]}},
    "sort_key": {"type": "array", "items": {"type": "string"}, "maxItems": 32},
    "status": {"type": "array", "items": {"type": "string"}, "maxItems": 32},
}

LIST = strict(
    _READ,
    *("access_ip_v4", "access_ip_v6", "all_tenants", "auto_disk_config", "availability_zone"),
    *("changes-before", "changes-since", "config_drive", "created_at"),
    *("default_ephemeral_device", "default_swap_device", "deleted", "display_description"),
    *("display_name", "flavor", "host", "hostname", "image", "image_ref", "instance_type_id"),
    *("ip", "ip6", "kernel_id", "key_name", "launch_index", "launched_at", "locked", "locked_by"),
    *("name", "node", "not-tags", "not-tags-any", "power_state", "progress", "project_id"),
    *("ramdisk_id", "reservation_id", "root_device_name", "soft_deleted", "tags", "tags-any"),
    *("task_state", "tenant_id", "terminated_at", "user_id", "uuid", "vm_state"),
)
