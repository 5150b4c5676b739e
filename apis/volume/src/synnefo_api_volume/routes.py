# SPDX-License-Identifier: Apache-2.0
"""What this API serves: one row for each method and path.

Each path may begin with the caller's project, which is left out here.
"""

from synnefo_api_volume import versions
from synnefo_api_volume.handlers import default_types, qos, type_specs, types
from synnefo_api_volume.schemas import qos as qos_schema, type as type_schema
from synnefo_core.contracts.api import Route
from synnefo_core.wsgi.routing import unbuilt

# fmt: off
ROUTES = [
    #     method    path                                  handler                rule                        status
    Route("GET",    "/",                                  versions.show,         is_public=True),
    Route("GET",    "",                                   versions.show,         is_public=True),

    Route("GET",    "/types",                             types.index,           "volume:type:list",          query=type_schema.LIST),
    Route("POST",   "/types",                             types.create,          "volume:type:create",        200, type_schema.CREATE),
    Route("GET",    "/types/{type_id}",                   types.show,            "volume:type:show"),
    Route("PUT",    "/types/{type_id}",                   types.update,          "volume:type:update",        body=type_schema.UPDATE),
    Route("DELETE", "/types/{type_id}",                   types.delete,          "volume:type:delete",        202),
    Route("POST",   "/types/{type_id}/action",            types.act,             "volume:type_access:update", 202, type_schema.ACTION),
    Route("GET",    "/types/{type_id}/os-volume-type-access", types.list_access, "volume:type_access:list"),
    Route("GET",    "/types/{type_id}/encryption",        types.show_encryption, "volume:type_encryption:show"),
    Route("GET",    "/types/{type_id}/extra_specs",       type_specs.index,      "volume:type_spec:show"),
    Route("POST",   "/types/{type_id}/extra_specs",       type_specs.merge,      "volume:type_spec:update",   200, type_schema.SPECS),
    Route("GET",    "/types/{type_id}/extra_specs/{key}", type_specs.show,       "volume:type_spec:show"),
    Route("PUT",    "/types/{type_id}/extra_specs/{key}", type_specs.update,     "volume:type_spec:update",   body=type_schema.SPEC),
    Route("DELETE", "/types/{type_id}/extra_specs/{key}", type_specs.delete,     "volume:type_spec:update",   202),

    Route("GET",    "/default-types",                     default_types.index,   "volume:default_type:show",   since=versions.DEFAULT_TYPES),
    Route("GET",    "/default-types/{project_id}",        default_types.show,    "volume:default_type:show",   since=versions.DEFAULT_TYPES),
    Route("PUT",    "/default-types/{project_id}",        default_types.update,  "volume:default_type:update", body=type_schema.DEFAULT, since=versions.DEFAULT_TYPES),
    Route("DELETE", "/default-types/{project_id}",        default_types.delete,  "volume:default_type:update", 204, since=versions.DEFAULT_TYPES),

    Route("GET",    "/qos-specs",                         qos.index,             "volume:qos:show",      query=qos_schema.LIST),
    Route("POST",   "/qos-specs",                         qos.create,            "volume:qos:update",    200, qos_schema.CREATE),
    Route("GET",    "/qos-specs/{qos_id}",                qos.show,              "volume:qos:show"),
    Route("PUT",    "/qos-specs/{qos_id}",                qos.update,            "volume:qos:update",    body=qos_schema.UPDATE),
    Route("DELETE", "/qos-specs/{qos_id}",                qos.delete,            "volume:qos:update",    202, query=qos_schema.DELETE),
    Route("PUT",    "/qos-specs/{qos_id}/delete_keys",    qos.delete_keys,       "volume:qos:update",    202, qos_schema.KEYS),
    Route("GET",    "/qos-specs/{qos_id}/associations",   qos.associations,      "volume:qos:show"),
    Route("GET",    "/qos-specs/{qos_id}/associate",      qos.associate,         "volume:qos:associate", 202, query=qos_schema.TYPE),
    Route("GET",    "/qos-specs/{qos_id}/disassociate",   qos.disassociate,      "volume:qos:associate", 202, query=qos_schema.TYPE),
    Route("GET",    "/qos-specs/{qos_id}/disassociate_all", qos.disassociate_all, "volume:qos:associate", 202),
]

UNBUILT = [
    ("POST",           "/types/{type_id}/encryption"),
    ("GET PUT DELETE", "/types/{type_id}/encryption/{key}"),
]
"""What Cinder has and this cloud does not do yet: answered by 501."""

ROUTES += [Route(method, path, unbuilt) for methods, path in UNBUILT for method in methods.split()]
# fmt: on
