# SPDX-License-Identifier: Apache-2.0
"""Bodies of actions, which the original has and Neutron has not."""

from synnefo_api_network.schemas import types

REASSIGN = {
    "type": "object",
    "properties": {
        "reassign": {
            "type": "object",
            "properties": {"project": types.PROJECT},
            "required": ["project"],
            "additionalProperties": False,
        }
    },
    "required": ["reassign"],
    "additionalProperties": False,
}
