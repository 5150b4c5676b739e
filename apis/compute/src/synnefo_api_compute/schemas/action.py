# SPDX-License-Identifier: Apache-2.0
"""What actions on a server look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.schemas import console, fixed_ip, floating_ip, security_group
from synnefo_api_compute.schemas.first_boot import PERSONALITY, USER_DATA
from synnefo_api_compute.schemas.growth import Properties, grown
from synnefo_api_compute.schemas.metadata import METADATA
from synnefo_api_compute.schemas.server import DESCRIBED, DETAILS, HOSTNAMES, NAME, TRUSTED
from synnefo_api_compute.versions import (
    AUTOMATIC_MIGRATION,
    CERTIFICATES,
    DESCRIPTION,
    FORCED_MIGRATION,
    KEY_AT_REBUILD,
    LOCK_REASON,
    MIGRATION_TO_HOST,
    NO_FORCED_MIGRATION,
    NO_PERSONALITY,
    RANGE,
)
from synnefo_core.contracts.api import Version
from synnefo_core.wsgi.validation import Schema, compiled

ANY: dict[str, Any] = {"type": "object", "minProperties": 1, "maxProperties": 1}

REFERENCE: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255}

HOST: dict[str, Any] = {
    "type": ["string", "null"],
    "maxLength": 255,
    "pattern": "^[a-zA-Z0-9._-]*$",
}

TRUTH: dict[str, Any] = {
    "enum": [True, False, "True", "False", "true", "false", "TRUE", "FALSE", "1", "0"]
}
"""The words that Nova takes for true and false, mostly."""

NOTHING: dict[str, Any] = {"type": ["null", "object"], "maxProperties": 0}

_REBUILD: dict[str, Any] = {
    **DETAILS,
    "imageRef": REFERENCE,
    "adminPass": {"type": "string", "minLength": 1, "maxLength": 255},
    "metadata": METADATA,
    "preserve_ephemeral": {},
    "personality": PERSONALITY,
}


def _rebuild(properties: Properties) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": ["imageRef"],
        "additionalProperties": False,
    }


def _migrate(properties: Properties) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"host": HOST, **properties},
        "required": ["host", *sorted(properties.keys() - {"force"})],
        "additionalProperties": False,
    }


_LOCK: dict[str, Any] = {
    "type": ["null", "object"],
    "properties": {"locked_reason": {"type": "string", "minLength": 1, "maxLength": 255}},
    "additionalProperties": False,
}


SINCE = {
    "os-migrateLive": compiled(
        grown(
            _migrate,
            {
                RANGE.minimum: {"block_migration": TRUTH, "disk_over_commit": TRUTH},
                AUTOMATIC_MIGRATION: {
                    "block_migration": {"enum": [*TRUTH["enum"], "auto"]},
                    "disk_over_commit": None,
                },
                FORCED_MIGRATION: {"force": TRUTH},
                NO_FORCED_MIGRATION: {"force": None},
            },
        )
    ),
    "migrate": compiled(
        {
            RANGE.minimum: NOTHING,
            MIGRATION_TO_HOST: {
                "type": ["null", "object"],
                "properties": {"host": HOST},
                "additionalProperties": False,
            },
        }
    ),
    "lock": compiled({RANGE.minimum: NOTHING, LOCK_REASON: _LOCK}),
    "rebuild": compiled(
        grown(
            _rebuild,
            {
                RANGE.minimum: _REBUILD,
                DESCRIPTION: DESCRIBED,
                KEY_AT_REBUILD: {"key_name": {"type": ["string", "null"], "maxLength": 255}},
                NO_PERSONALITY: {"personality": None, "user_data": USER_DATA},
                CERTIFICATES: TRUSTED,
                **HOSTNAMES,
            },
        )
    ),
}
"""The schemas of some actions with the microversions from which on they apply, newest first."""

ARGUMENTS = {
    "os-getConsoleOutput": console.OUTPUT,
    "os-getRDPConsole": console.RDP,
    "os-getSPICEConsole": console.SPICE,
    "os-getSerialConsole": console.SERIAL,
    "os-getVNCConsole": console.VNC,
    "forceDelete": Schema(NOTHING),
    "createBackup": Schema(
        {
            "type": "object",
            "properties": {
                "name": NAME,
                "backup_type": {"type": "string", "maxLength": 255},
                "rotation": {
                    "type": ["integer", "string"],
                    "pattern": "^[0-9]{1,9}$",
                    "minimum": 0,
                    "maximum": 999_999_999,
                },
                "metadata": METADATA,
            },
            "required": ["name", "backup_type", "rotation"],
            "additionalProperties": False,
        }
    ),
    "createImage": Schema(
        {
            "type": "object",
            "properties": {"name": NAME, "metadata": METADATA},
            "required": ["name"],
            "additionalProperties": False,
        }
    ),
    "rescue": Schema(
        {
            "type": ["null", "object"],
            "properties": {
                "adminPass": {"type": "string", "minLength": 1, "maxLength": 255},
                "rescue_image_ref": {"type": "string", "format": "uuid"},
            },
            "additionalProperties": False,
        }
    ),
    "unrescue": Schema({}),
    "os-resetState": Schema(
        {
            "type": "object",
            "properties": {"state": {"enum": ["active", "error"]}},
            "required": ["state"],
            "additionalProperties": False,
        }
    ),
    "resetNetwork": Schema(NOTHING),
    "unlock": Schema(NOTHING),
    "confirmResize": Schema(NOTHING),
    "revertResize": Schema(NOTHING),
    "reassign": Schema(
        {
            "type": "object",
            "properties": {"project": REFERENCE},
            "required": ["project"],
            "additionalProperties": False,
        }
    ),
    "resize": Schema(
        {
            "type": "object",
            "properties": {
                "flavorRef": REFERENCE,
                "OS-DCF:diskConfig": {"enum": ["AUTO", "MANUAL"]},
            },
            "required": ["flavorRef"],
            "additionalProperties": False,
        }
    ),
    "addFixedIp": Schema(fixed_ip.ADD),
    "removeFixedIp": Schema(fixed_ip.REMOVE),
    "addFloatingIp": Schema(floating_ip.ATTACH),
    "addSecurityGroup": Schema(security_group.NAMED),
    "removeSecurityGroup": Schema(security_group.NAMED),
    "removeFloatingIp": Schema(floating_ip.DETACH),
    "os-start": Schema(NOTHING),
    "os-stop": Schema(NOTHING),
    "reboot": Schema(
        {
            "type": "object",
            "properties": {"type": {"enum": ["SOFT", "HARD", "soft", "hard", "Soft", "Hard"]}},
            "required": ["type"],
            "additionalProperties": False,
        }
    ),
}

UNBUILT = {
    "changePassword",
    "evacuate",
    "injectNetworkInfo",
    "pause",
    "restore",
    "resume",
    "shelve",
    "shelveOffload",
    "suspend",
    "trigger_crash_dump",
    "unpause",
    "unshelve",
}
"""Actions that Nova knows and this cloud does not do yet."""


def check(name: str, arguments: Any, version: Version) -> None:
    """Refuse arguments that an action has not in a microversion.

    Raises:
        Invalid: Says what is wrong with which of them.
    """
    if name in SINCE:
        schema = next(schema for since, schema in SINCE[name] if since <= version)
    else:
        schema = ARGUMENTS[name]
    schema.check(arguments, prefix=name)
