# SPDX-License-Identifier: Apache-2.0
"""What actions on a server look like."""

from __future__ import annotations

from typing import Any

from synnefo_core.wsgi.validation import Schema

ANY: dict[str, Any] = {"type": "object", "minProperties": 1, "maxProperties": 1}

REFERENCE: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255}

NOTHING: dict[str, Any] = {"type": ["null", "object"], "maxProperties": 0}

ARGUMENTS = {
    "lock": Schema(NOTHING),
    "unlock": Schema(NOTHING),
    "confirmResize": Schema(NOTHING),
    "revertResize": Schema(NOTHING),
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
    "addFixedIp",
    "addFloatingIp",
    "addSecurityGroup",
    "changePassword",
    "createBackup",
    "createImage",
    "evacuate",
    "forceDelete",
    "injectNetworkInfo",
    "migrate",
    "os-getConsoleOutput",
    "os-getSerialConsole",
    "os-getVNCConsole",
    "os-migrateLive",
    "os-resetState",
    "pause",
    "rebuild",
    "removeFixedIp",
    "removeFloatingIp",
    "removeSecurityGroup",
    "rescue",
    "resetNetwork",
    "restore",
    "resume",
    "shelve",
    "shelveOffload",
    "suspend",
    "trigger_crash_dump",
    "unpause",
    "unrescue",
    "unshelve",
}
"""Actions that Nova knows and this cloud does not do yet."""
