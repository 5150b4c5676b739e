# SPDX-License-Identifier: Apache-2.0
"""What this API serves: one row for each method and path.

Each path may begin with the caller's project, which is left out here.
"""

from synnefo_api_volume import versions
from synnefo_api_volume.handlers import (
    actions,
    attachments,
    availability_zones,
    backups,
    default_types,
    extensions,
    manageable,
    messages,
    qos,
    quota_sets,
    resource_filters,
    services,
    snapshots,
    transfers,
    type_specs,
    types,
    volumes,
)
from synnefo_api_volume.handlers.metadata import OF_SNAPSHOTS, OF_VOLUMES
from synnefo_api_volume.schemas import (
    action,
    attachment,
    backup,
    manageable as manageable_schema,
    qos as qos_schema,
    quota_set,
    service,
    snapshot,
    transfer,
    type as type_schema,
    volume,
)
from synnefo_core.contracts.api import Route
from synnefo_core.wsgi.routing import unbuilt

# fmt: off
ROUTES = [
    #     method    path                                  handler                rule                        status
    Route("GET",    "/",                                  versions.show,         is_public=True),
    Route("GET",    "",                                   versions.show,         is_public=True),

    Route("GET",    "/volumes",                           volumes.index,         "volume:volume:list",        query=volume.LIST),
    Route("GET",    "/volumes/detail",                    volumes.detail,        "volume:volume:list",        query=volume.LIST),
    Route("GET",    "/volumes/summary",                   volumes.summary,       "volume:volume:list",        query=volume.SUMMARY, since=versions.SUMMARY),
    Route("POST",   "/volumes",                           volumes.create,        "volume:volume:create",      202, volume.CREATE),
    Route("GET",    "/volumes/",                          volumes.nameless),
    Route("PUT",    "/volumes/",                          volumes.nameless),
    Route("DELETE", "/volumes/",                          volumes.nameless),
    Route("GET",    "/volumes/{volume_id}",               volumes.show,          "volume:volume:show"),
    Route("PUT",    "/volumes/{volume_id}",               volumes.update,        "volume:volume:update",      body=volume.UPDATE),
    Route("DELETE", "/volumes/{volume_id}",               volumes.delete,        "volume:volume:delete",      202, query=volume.DELETE),
    Route("POST",   "/volumes/{volume_id}/action",        actions.dispatch,      None,                        202, action.ANY),
    Route("GET",    "/volumes/{thing_id}/metadata",       OF_VOLUMES.index,      "volume:volume:show"),
    Route("POST",   "/volumes/{thing_id}/metadata",       OF_VOLUMES.merge,      "volume:volume:update",      200, volume.ITEMS),
    Route("PUT",    "/volumes/{thing_id}/metadata",       OF_VOLUMES.replace,    "volume:volume:update",      body=volume.ITEMS),
    Route("GET",    "/volumes/{thing_id}/metadata/{key}", OF_VOLUMES.show,       "volume:volume:show"),
    Route("PUT",    "/volumes/{thing_id}/metadata/{key}", OF_VOLUMES.update,     "volume:volume:update",      body=volume.ITEM),
    Route("DELETE", "/volumes/{thing_id}/metadata/{key}", OF_VOLUMES.delete,     "volume:volume:update",      200),

    Route("GET",    "/snapshots",                         snapshots.index,       "volume:snapshot:show",      query=snapshot.LIST),
    Route("GET",    "/snapshots/detail",                  snapshots.detail,      "volume:snapshot:show",      query=snapshot.LIST),
    Route("POST",   "/snapshots",                         snapshots.create,      "volume:snapshot:create",    202, snapshot.CREATE),
    Route("GET",    "/snapshots/{snapshot_id}",           snapshots.show,        "volume:snapshot:show"),
    Route("PUT",    "/snapshots/{snapshot_id}",           snapshots.update,      "volume:snapshot:update",    body=snapshot.UPDATE),
    Route("DELETE", "/snapshots/{snapshot_id}",           snapshots.delete,      "volume:snapshot:delete",    202),
    Route("POST",   "/snapshots/{snapshot_id}/action",    snapshots.act,         "volume:snapshot:override",  202, snapshot.ACTION),
    Route("GET",    "/snapshots/{thing_id}/metadata",     OF_SNAPSHOTS.index,    "volume:snapshot:show"),
    Route("POST",   "/snapshots/{thing_id}/metadata",     OF_SNAPSHOTS.merge,    "volume:snapshot:update",    200, volume.ITEMS),
    Route("PUT",    "/snapshots/{thing_id}/metadata",     OF_SNAPSHOTS.replace,  "volume:snapshot:update",    body=volume.ITEMS),
    Route("GET",    "/snapshots/{thing_id}/metadata/{key}", OF_SNAPSHOTS.show,   "volume:snapshot:show"),
    Route("PUT",    "/snapshots/{thing_id}/metadata/{key}", OF_SNAPSHOTS.update, "volume:snapshot:update",    body=volume.ITEM),
    Route("DELETE", "/snapshots/{thing_id}/metadata/{key}", OF_SNAPSHOTS.delete, "volume:snapshot:update",    200),

    Route("GET",    "/attachments",                       attachments.index,     "volume:attachment:show",    query=attachment.LIST, since=versions.ATTACHMENTS),
    Route("GET",    "/attachments/detail",                attachments.detail,    "volume:attachment:show",    query=attachment.LIST, since=versions.ATTACHMENTS),
    Route("POST",   "/attachments",                       attachments.create,    "volume:attachment:create",  200, attachment.CREATE, since=versions.ATTACHMENTS),
    Route("GET",    "/attachments/{attachment_id}",       attachments.show,      "volume:attachment:show",    since=versions.ATTACHMENTS),
    Route("PUT",    "/attachments/{attachment_id}",       attachments.update,    "volume:attachment:update",  body=attachment.UPDATE, since=versions.ATTACHMENTS),
    Route("DELETE", "/attachments/{attachment_id}",       attachments.delete,    "volume:attachment:delete",  200, since=versions.ATTACHMENTS),
    Route("POST",   "/attachments/{attachment_id}/action", attachments.complete, "volume:attachment:update",  204, attachment.COMPLETE, since=versions.ATTACHMENT_COMPLETE),

    Route("GET",    "/backups",                           backups.index,         "volume:backup:show",        query=backup.LIST),
    Route("GET",    "/backups/detail",                    backups.detail,        "volume:backup:show",        query=backup.LIST),
    Route("POST",   "/backups",                           backups.create,        "volume:backup:create",      202, backup.CREATE),
    Route("POST",   "/backups/import_record",             backups.import_record, "volume:backup:import",      201, backup.IMPORT),
    Route("GET",    "/backups/{backup_id}",               backups.show,          "volume:backup:show"),
    Route("PUT",    "/backups/{backup_id}",               backups.update,        "volume:backup:update",      body=backup.UPDATE, since=versions.UPDATED_BACKUPS),
    Route("DELETE", "/backups/{backup_id}",               backups.delete,        "volume:backup:delete",      202),
    Route("POST",   "/backups/{backup_id}/restore",       backups.restore,       "volume:backup:restore",     202, backup.RESTORE),
    Route("GET",    "/backups/{backup_id}/export_record", backups.export_record, "volume:backup:export"),
    Route("POST",   "/backups/{backup_id}/action",        backups.act,           "volume:backup:override",    202, backup.ACTION),

    *(
        Route(method, f"/{place}{path}", handler, f"volume:transfer:{verb}", status, body, query=query, since=since)
        for place, since in (("os-volume-transfer", versions.RANGE.minimum), ("volume-transfers", versions.TRANSFERS_WITH_SNAPSHOTS))
        for method, path, handler, verb, status, body, query in (
            ("GET",    "",                       transfers.index,  "show",   200, None,            transfer.LIST),
            ("GET",    "/detail",                transfers.detail, "show",   200, None,            transfer.LIST),
            ("POST",   "",                       transfers.create, "create", 202, transfer.CREATE, None),
            ("GET",    "/{transfer_id}",         transfers.show,   "show",   200, None,            None),
            ("DELETE", "/{transfer_id}",         transfers.delete, "delete", 202, None,            None),
            ("POST",   "/{transfer_id}/accept",  transfers.accept, "accept", 202, transfer.ACCEPT, None),
        )
    ),

    *(
        Route(method, f"/{place}{path}", handler, "volume:volume:manage", status, body, query=query, since=since)
        for place, since in (("os-volume-manage", versions.RANGE.minimum), ("manageable_volumes", versions.MANAGEABLE))
        for method, path, handler, status, body, query in (
            ("GET",  "",        manageable.index,  200, None,                     manageable_schema.LIST),
            ("GET",  "/detail", manageable.detail, 200, None,                     manageable_schema.LIST),
            ("POST", "",        manageable.create, 202, manageable_schema.CREATE, None),
        )
    ),

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

    Route("GET",    "/extensions",                        extensions.index),
    Route("GET",    "/os-availability-zone",              availability_zones.index, "volume:zone:list"),
    Route("GET",    "/limits",                            quota_sets.limits,     query=quota_set.LIMITS),
    Route("GET",    "/os-quota-sets/{project_id}",        quota_sets.show,       query=quota_set.SHOW),
    Route("PUT",    "/os-quota-sets/{project_id}",        quota_sets.update,     "volume:quota_set:update",   body=quota_set.UPDATE),
    Route("DELETE", "/os-quota-sets/{project_id}",        quota_sets.delete,     "volume:quota_set:update",   200),
    Route("GET",    "/os-quota-sets/{project_id}/defaults", quota_sets.defaults),
    Route("GET",    "/os-quota-class-sets/{name}",        quota_sets.show_class, "volume:quota_set:update"),
    Route("GET",    "/messages",                          messages.index,        "volume:message:show",       since=versions.MESSAGES),
    Route("GET",    "/messages/{message_id}",             messages.missing,      "volume:message:show",       since=versions.MESSAGES),
    Route("DELETE", "/messages/{message_id}",             messages.missing,      "volume:message:show",       204, since=versions.MESSAGES),
    Route("GET",    "/os-services",                       services.index,        "volume:service:list",       query=service.LIST),
    Route("PUT",    "/os-services/{action}",              services.update,       "volume:service:update",     body=service.UPDATE),
    Route("GET",    "/os-hosts",                          services.hosts,        "volume:service:list"),
    Route("GET",    "/scheduler-stats/get_pools",         services.pools,        "volume:service:list",       query=service.POOLS),
    Route("GET",    "/capabilities/{host}",               services.capabilities, "volume:service:list"),
    Route("GET",    "/resource_filters",                  resource_filters.index, "volume:volume:list",       query=service.FILTERS, since=versions.RESOURCE_FILTERS),
]

UNBUILT = [
    ("POST",           "/types/{type_id}/encryption"),
    ("GET PUT DELETE", "/types/{type_id}/encryption/{key}"),
    ("PUT",            "/os-quota-class-sets/{name}"),
    ("GET",            "/os-hosts/{host}"),
    ("GET",            "/volumes/{volume_id}/encryption"),
    ("GET",            "/volumes/{volume_id}/encryption/{key}"),
    ("GET POST",       "/os-snapshot-manage"),
    ("GET",            "/os-snapshot-manage/detail"),
    ("GET POST",       "/manageable_snapshots"),
    ("GET",            "/manageable_snapshots/detail"),
    ("GET POST",       "/groups"),
    ("GET",            "/groups/detail"),
    ("GET PUT DELETE", "/groups/{group_id}"),
    ("POST",           "/groups/{group_id}/action"),
    ("GET POST",       "/group_snapshots"),
    ("GET",            "/group_snapshots/detail"),
    ("GET PUT DELETE", "/group_snapshots/{snapshot_id}"),
    ("GET POST",       "/group_types"),
    ("GET PUT DELETE", "/group_types/{type_id}"),
    ("GET POST",       "/group_types/{type_id}/group_specs"),
    ("GET PUT DELETE", "/group_types/{type_id}/group_specs/{key}"),
    ("GET",            "/clusters"),
    ("GET",            "/clusters/detail"),
    ("GET PUT",        "/clusters/{name}"),
    ("POST",           "/workers/cleanup"),
]
"""What Cinder has and this cloud does not do yet: answered by 501."""

ROUTES += [Route(method, path, unbuilt) for methods, path in UNBUILT for method in methods.split()]
# fmt: on
