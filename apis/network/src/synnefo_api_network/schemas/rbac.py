# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of RBAC policies."""

from synnefo_api_network import filters
from synnefo_api_network.schemas import types

FIELDS: filters.Fields = {
    "id": filters.Field("id"),
    "tenant_id": filters.Field("project_id"),
    "project_id": filters.Field("project_id"),
    "object_id": filters.Field("network_id"),
    "action": filters.Field("action"),
    "target_tenant": filters.Field("target"),
}

SHOW = types.SHOW
LIST = types.filtered(FIELDS, object_type=types.texts())

CREATE = types.one_or_many(
    "rbac_policy",
    {
        "type": "object",
        "properties": {
            "object_type": {"const": "network"},
            "object_id": types.ID,
            "action": {"enum": ["access_as_shared", "access_as_external"]},
            "target_tenant": types.PROJECT,
        },
        "required": ["object_type", "object_id", "action", "target_tenant"],
        "additionalProperties": False,
    },
    plural="rbac_policies",
)

UPDATE = types.one("rbac_policy", {"target_tenant": types.PROJECT})
