# SPDX-License-Identifier: Apache-2.0
"""Who may do what with volumes and their types, unless ``policy.yaml`` says otherwise."""

from synnefo_core.policy import ADMIN, READER, rule

SEE_SPECS = "volume:type:see_specs"

POLICIES = [
    rule("volume:type:list", READER, "List types", "GET /types"),
    rule("volume:type:show", READER, "Show a type", "GET /types/{type_id}"),
    rule(SEE_SPECS, ADMIN, "See all that is said of types", "GET /types"),
    rule("volume:type:create", ADMIN, "Make a type", "POST /types"),
    rule("volume:type:update", ADMIN, "Change a type", "PUT /types/{type_id}"),
    rule("volume:type:delete", ADMIN, "Remove a type", "DELETE /types/{type_id}"),
    rule(
        "volume:type_spec:show",
        READER,
        "See what is said of a type",
        "GET /types/{type_id}/extra_specs",
        "GET /types/{type_id}/extra_specs/{key}",
    ),
    rule(
        "volume:type_spec:update",
        ADMIN,
        "Say something of a type, or no longer",
        "POST /types/{type_id}/extra_specs",
        "PUT /types/{type_id}/extra_specs/{key}",
        "DELETE /types/{type_id}/extra_specs/{key}",
    ),
    rule(
        "volume:type_access:list",
        ADMIN,
        "See which projects may use a type",
        "GET /types/{type_id}/os-volume-type-access",
    ),
    rule(
        "volume:type_access:update",
        ADMIN,
        "Let projects use a type, or no longer",
        "POST /types/{type_id}/action",
    ),
    rule(
        "volume:type_encryption:show",
        ADMIN,
        "See how volumes of a type are encrypted",
        "GET /types/{type_id}/encryption",
    ),
    rule(
        "volume:default_type:show",
        ADMIN,
        "See the default types of projects",
        "GET /default-types",
        "GET /default-types/{project_id}",
    ),
    rule(
        "volume:default_type:update",
        ADMIN,
        "Give a project a default type, or take it away",
        "PUT /default-types/{project_id}",
        "DELETE /default-types/{project_id}",
    ),
    rule(
        "volume:qos:show",
        ADMIN,
        "See quality of service specs, and which types have them",
        "GET /qos-specs",
        "GET /qos-specs/{qos_id}",
        "GET /qos-specs/{qos_id}/associations",
    ),
    rule(
        "volume:qos:update",
        ADMIN,
        "Make, change and remove quality of service specs",
        "POST /qos-specs",
        "PUT /qos-specs/{qos_id}",
        "PUT /qos-specs/{qos_id}/delete_keys",
        "DELETE /qos-specs/{qos_id}",
    ),
    rule(
        "volume:qos:associate",
        ADMIN,
        "Have types have quality of service specs, or no longer",
        "GET /qos-specs/{qos_id}/associate",
        "GET /qos-specs/{qos_id}/disassociate",
        "GET /qos-specs/{qos_id}/disassociate_all",
    ),
]
