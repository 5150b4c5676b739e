# SPDX-License-Identifier: Apache-2.0
"""Who may do what with volumes and their types, unless ``policy.yaml`` says otherwise."""

from synnefo_core.policy import ADMIN, MEMBER, READER, rule

SEE_SPECS = "volume:type:see_specs"

POLICIES = [
    rule("volume:volume:list", READER, "List volumes", "GET /volumes", "GET /volumes/detail"),
    rule("volume:volume:list_everyone", ADMIN, "List all projects' things", "GET /volumes"),
    rule("volume:volume:show", READER, "Show a volume", "GET /volumes/{volume_id}"),
    rule("volume:volume:see_place", ADMIN, "See where volumes lie", "GET /volumes/{volume_id}"),
    rule("volume:volume:create", MEMBER, "Make a volume", "POST /volumes"),
    rule(
        "volume:volume:update",
        MEMBER,
        "Change a volume, what is said of it and whether it is bootable or only read",
        "PUT /volumes/{volume_id}",
        "POST /volumes/{volume_id}/action",
    ),
    rule("volume:volume:delete", MEMBER, "Remove a volume", "DELETE /volumes/{volume_id}"),
    *(
        rule(f"volume:volume:{verb}", check, description, "POST /volumes/{volume_id}/action")
        for verb, check, description in (
            ("extend", MEMBER, "Make a volume larger"),
            ("attach", MEMBER, "Attach and detach a volume, or say that it will be"),
            ("upload", MEMBER, "Make an image of a volume"),
            ("revert", MEMBER, "Have a volume hold what it held when a snapshot was taken"),
            ("retype", MEMBER, "Have a volume be of another type"),
            ("unmanage", ADMIN, "Forget a volume and leave its data where they are"),
            ("migrate", ADMIN, "Move a volume to another store"),
            ("connect", ADMIN, "Learn what opens a volume to a host"),
            ("force_detach", ADMIN, "Take a volume from who has it"),
            ("force_delete", ADMIN, "Remove a volume whatever it is doing"),
            ("reset_status", ADMIN, "Say what state a volume is in"),
        )
    ),
    *(
        rule(f"volume:{noun}:{verb}", check, f"{begin} {noun}s", *operations)
        for noun, path in (
            ("snapshot", "/snapshots"),
            ("attachment", "/attachments"),
            ("backup", "/backups"),
        )
        for verb, check, begin, operations in (
            ("show", READER, "List and show", (f"GET {path}", f"GET {path}/{{{noun}_id}}")),
            ("create", MEMBER, "Make", (f"POST {path}",)),
            ("update", MEMBER, "Change", (f"PUT {path}/{{{noun}_id}}",)),
            ("delete", MEMBER, "Remove", (f"DELETE {path}/{{{noun}_id}}",)),
        )
    ),
    rule(
        "volume:backup:restore",
        MEMBER,
        "Have a volume hold what a backup holds",
        "POST /backups/{backup_id}/restore",
    ),
    rule(
        "volume:backup:export",
        MEMBER,
        "Have the record of a backup",
        "GET /backups/{backup_id}/export_record",
    ),
    rule(
        "volume:backup:import",
        MEMBER,
        "Have a backup known again by its record",
        "POST /backups/import_record",
    ),
    rule(
        "volume:backup:override",
        ADMIN,
        "Say what state a backup is in, or remove it in any",
        "POST /backups/{backup_id}/action",
    ),
    rule(
        "volume:snapshot:override",
        ADMIN,
        "Say what state a snapshot is in, or remove it in any",
        "POST /snapshots/{snapshot_id}/action",
    ),
    *(
        rule(
            f"volume:transfer:{verb}",
            check,
            description,
            *(f"{method} /{place}{path}" for place in ("volume-transfers", "os-volume-transfer")),
        )
        for verb, check, description, method, path in (
            ("show", READER, "See what is offered", "GET", ""),
            ("create", MEMBER, "Offer a volume to another project", "POST", ""),
            ("accept", MEMBER, "Take a volume that is offered", "POST", "/{transfer_id}/accept"),
            ("delete", MEMBER, "Withdraw an offer", "DELETE", "/{transfer_id}"),
        )
    ),
    rule(
        "volume:volume:manage",
        ADMIN,
        "See what lies in stores, and make volumes of it",
        *(
            f"{method} /{place}"
            for method in ("GET", "POST")
            for place in ("manageable_volumes", "os-volume-manage")
        ),
    ),
    rule("volume:quota_set:show", READER, "See quotas", "GET /os-quota-sets/{project_id}"),
    rule(
        "volume:quota_set:update",
        ADMIN,
        "Set quotas",
        "PUT /os-quota-sets/{project_id}",
        "DELETE /os-quota-sets/{project_id}",
    ),
    rule("volume:zone:list", READER, "List zones", "GET /os-availability-zone"),
    rule("volume:message:show", READER, "See messages", "GET /messages"),
    rule(
        "volume:service:list",
        ADMIN,
        "See what works for volumes",
        "GET /os-services",
        "GET /os-hosts",
        "GET /scheduler-stats/get_pools",
        "GET /capabilities/{host}",
    ),
    rule("volume:service:update", ADMIN, "Change it", "PUT /os-services/{action}"),
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
