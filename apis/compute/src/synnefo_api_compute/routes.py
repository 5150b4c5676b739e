# SPDX-License-Identifier: Apache-2.0
"""What this API serves: one row for each method and path."""

from synnefo_api_compute import versions
from synnefo_api_compute.handlers import (
    actions,
    aggregates,
    availability_zones,
    consoles,
    diagnostics,
    extensions,
    flavor_specs,
    flavors,
    floating_ips,
    hypervisors,
    instance_actions,
    interfaces,
    ips,
    keypairs,
    limits,
    metadata,
    quota_sets,
    security_groups,
    server_groups,
    servers,
    services,
    shares,
    statistics,
    tags,
    usage,
)
from synnefo_api_compute.schemas import (
    action,
    aggregate,
    console,
    flavor,
    floating_ip,
    hypervisor,
    instance_action,
    interface,
    keypair,
    limit,
    metadata as items,
    quota_set,
    security_group,
    server,
    server_group,
    service,
    statistics as statistics_schema,
    tag,
    usage as period,
)
from synnefo_core.contracts.api import Route
from synnefo_core.wsgi.routing import unbuilt

# fmt: off
ROUTES = [
    #     method    path                               handler            rule                      status
    Route("GET",    "/",                               versions.show,     is_public=True),
    Route("GET",    "",                                versions.show,     is_public=True),

    Route("GET",    "/servers",                        servers.index,     "compute:server:list",    query=server.LIST),
    Route("GET",    "/servers/detail",                 servers.detail,    "compute:server:list",    query=server.LIST),
    Route("POST",   "/servers",                        servers.create,    "compute:server:create",  202, server.CREATE),
    Route("GET",    "/servers/{server_id}",            servers.show,      "compute:server:show"),
    Route("PUT",    "/servers/{server_id}",            servers.update,    "compute:server:update",  body=server.UPDATE),
    Route("DELETE", "/servers/{server_id}",            servers.delete,    "compute:server:delete",  204),
    Route("POST",   "/servers/{server_id}/action",     actions.dispatch,  None,                     202, action.ANY),

    Route("GET",    "/servers/{server_id}/topology",   servers.topology,  "compute:server:topology", since=versions.TOPOLOGY),
    Route("GET",    "/servers/{server_id}/diagnostics", diagnostics.show, "compute:server:diagnostics"),
    Route("GET",    "/servers/{server_id}/os-server-password", diagnostics.show_password,  "compute:server_password:show"),
    Route("DELETE", "/servers/{server_id}/os-server-password", diagnostics.clear_password, "compute:server_password:clear", 204),
    Route("POST",   "/servers/{server_id}/remote-consoles", consoles.create, "compute:server:console", body=console.CREATE, since=versions.REMOTE_CONSOLES),

    Route("GET",    "/servers/{server_id}/os-instance-actions",              instance_actions.index, "compute:action:list", query=instance_action.LIST),
    Route("GET",    "/servers/{server_id}/os-instance-actions/{request_id}", instance_actions.show,  "compute:action:show"),

    Route("GET",    "/servers/{server_id}/metadata",       metadata.index,    "compute:metadata:show"),
    Route("POST",   "/servers/{server_id}/metadata",       metadata.merge,    "compute:metadata:update", body=items.ALL),
    Route("PUT",    "/servers/{server_id}/metadata",       metadata.replace,  "compute:metadata:update", body=items.ALL),
    Route("GET",    "/servers/{server_id}/metadata/{key}", metadata.show,     "compute:metadata:show"),
    Route("PUT",    "/servers/{server_id}/metadata/{key}", metadata.update,   "compute:metadata:update", body=items.ONE),
    Route("DELETE", "/servers/{server_id}/metadata/{key}", metadata.delete,   "compute:metadata:delete", 204),

    Route("GET",    "/servers/{server_id}/tags",           tags.index,        "compute:tag:show",        since=versions.TAGS),
    Route("PUT",    "/servers/{server_id}/tags",           tags.replace,      "compute:tag:update",      body=tag.ALL, since=versions.TAGS),
    Route("DELETE", "/servers/{server_id}/tags",           tags.clear,        "compute:tag:delete",      204, since=versions.TAGS),
    Route("GET",    "/servers/{server_id}/tags/{tag}",     tags.show,         "compute:tag:show",        204, since=versions.TAGS),
    Route("PUT",    "/servers/{server_id}/tags/{tag}",     tags.add,          "compute:tag:update",      since=versions.TAGS),
    Route("DELETE", "/servers/{server_id}/tags/{tag}",     tags.remove,       "compute:tag:delete",      204, since=versions.TAGS),

    Route("GET",    "/servers/{server_id}/shares",            shares.index,  "compute:share:list",   since=versions.SHARES),
    Route("POST",   "/servers/{server_id}/shares",            shares.create, "compute:share:create", 201, since=versions.SHARES),
    Route("GET",    "/servers/{server_id}/shares/{share_id}", shares.show,   "compute:share:list",   since=versions.SHARES),
    Route("DELETE", "/servers/{server_id}/shares/{share_id}", shares.show,   "compute:share:delete", since=versions.SHARES),

    Route("GET",    "/servers/{server_id}/ips",            ips.index,         "compute:ip:list"),
    Route("GET",    "/servers/{server_id}/ips/{network}",  ips.show,          "compute:ip:show"),

    Route("GET",    "/servers/{server_id}/os-security-groups",     security_groups.of_server, "network:security_group:list"),
    Route("GET",    "/servers/{server_id}/os-interface",           interfaces.index,  "compute:interface:list"),
    Route("POST",   "/servers/{server_id}/os-interface",           interfaces.create, "compute:interface:create", body=interface.ATTACH),
    Route("GET",    "/servers/{server_id}/os-interface/{port_id}", interfaces.show,   "compute:interface:show"),
    Route("DELETE", "/servers/{server_id}/os-interface/{port_id}", interfaces.delete, "compute:interface:delete", 202),

    Route("GET",    "/flavors",                        flavors.index,     "compute:flavor:list",    query=flavor.LIST),
    Route("GET",    "/flavors/detail",                 flavors.detail,    "compute:flavor:list",    query=flavor.LIST),
    Route("POST",   "/flavors",                        flavors.create,    "compute:flavor:create",  body=flavor.CREATE),
    Route("GET",    "/flavors/{flavor_id}",            flavors.show,      "compute:flavor:show"),
    Route("PUT",    "/flavors/{flavor_id}",            flavors.update,    "compute:flavor:update",  body=flavor.UPDATE, since=versions.FLAVOR_DESCRIPTION),
    Route("DELETE", "/flavors/{flavor_id}",            flavors.delete,    "compute:flavor:delete",  202),
    Route("GET",    "/flavors/{flavor_id}/os-flavor-access", flavors.show_access, "compute:flavor_access:show"),
    Route("POST",   "/flavors/{flavor_id}/action",     flavors.act,       "compute:flavor_access:update", body=flavor.ACTION),

    Route("GET",    "/flavors/{flavor_id}/os-extra_specs",       flavor_specs.index,  "compute:flavor:show"),
    Route("POST",   "/flavors/{flavor_id}/os-extra_specs",       flavor_specs.merge,  "compute:flavor_spec:update", body=flavor.SPECS),
    Route("GET",    "/flavors/{flavor_id}/os-extra_specs/{key}", flavor_specs.show,   "compute:flavor:show"),
    Route("PUT",    "/flavors/{flavor_id}/os-extra_specs/{key}", flavor_specs.update, "compute:flavor_spec:update", body=flavor.SPEC),
    Route("DELETE", "/flavors/{flavor_id}/os-extra_specs/{key}", flavor_specs.delete, "compute:flavor_spec:update", 200),

    Route("GET",    "/os-keypairs",                    keypairs.index,    "compute:keypair:list",   query=keypair.LIST),
    Route("POST",   "/os-keypairs",                    keypairs.create,   "compute:keypair:create", body=keypair.CREATE),
    Route("GET",    "/os-keypairs/{name}",             keypairs.show,     "compute:keypair:show",   query=keypair.OF),
    Route("DELETE", "/os-keypairs/{name}",             keypairs.delete,   "compute:keypair:delete", query=keypair.OF),

    Route("GET",    "/os-server-groups",               server_groups.index,  "compute:group:list",   query=server_group.LIST),
    Route("POST",   "/os-server-groups",               server_groups.create, "compute:group:create", body=server_group.CREATE),
    Route("GET",    "/os-server-groups/{group_id}",    server_groups.show,   "compute:group:show"),
    Route("DELETE", "/os-server-groups/{group_id}",    server_groups.delete, "compute:group:delete", 204),

    Route("GET",    "/os-security-groups",                          security_groups.index,  "network:security_group:list",   until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("POST",   "/os-security-groups",                          security_groups.create, "network:security_group:create", 200, security_group.GROUP, until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("GET",    "/os-security-groups/{security_group_id}",      security_groups.show,   "network:security_group:show",   until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("PUT",    "/os-security-groups/{security_group_id}",      security_groups.update, "network:security_group:update", 200, security_group.GROUP, until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("DELETE", "/os-security-groups/{security_group_id}",      security_groups.delete, "network:security_group:delete", 202, until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("DELETE", "/os-security-groups/",                          security_groups.delete_none, "network:security_group:delete", 202, until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("POST",   "/os-security-group-rules",                          security_groups.create_rule, "network:security_rule:create", 200, security_group.RULE, until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("DELETE", "/os-security-group-rules/{security_group_rule_id}", security_groups.delete_rule, "network:security_rule:delete", 202, until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("GET",    "/os-floating-ip-pools",             floating_ips.pools,       "network:floating_ip:list",   until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("GET",    "/os-floating-ips",                  floating_ips.index,       "network:floating_ip:list",   until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("POST",   "/os-floating-ips",                  floating_ips.create,      "network:floating_ip:create", 200, floating_ip.CREATE, until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("GET",    "/os-floating-ips/{floating_ip_id}", floating_ips.show,        "network:floating_ip:show",   until=versions.before(versions.NO_NETWORK_PROXIES)),
    Route("DELETE", "/os-floating-ips/{floating_ip_id}", floating_ips.delete,      "network:floating_ip:delete", 202, until=versions.before(versions.NO_NETWORK_PROXIES)),

    Route("GET",    "/os-availability-zone",           availability_zones.index,  "compute:zone:list"),
    Route("GET",    "/os-availability-zone/detail",    availability_zones.detail, "compute:zone:detail"),
    Route("GET",    "/os-aggregates",                  aggregates.index,         "compute:aggregate:list"),
    Route("POST",   "/os-aggregates",                  aggregates.create,        "compute:aggregate:create",  body=aggregate.CREATE),
    Route("GET",    "/os-aggregates/{aggregate_id}",   aggregates.show,          "compute:aggregate:show"),
    Route("PUT",    "/os-aggregates/{aggregate_id}",   aggregates.update,        "compute:aggregate:update",  body=aggregate.UPDATE),
    Route("DELETE", "/os-aggregates/{aggregate_id}",   aggregates.delete,        "compute:aggregate:delete",  200),
    Route("POST",   "/os-aggregates/{aggregate_id}/action", aggregates.act,      "compute:aggregate:update",  body=aggregate.ACTION),
    Route("POST",   "/os-aggregates/{aggregate_id}/images", aggregates.cache_images, "compute:aggregate:update", 202, aggregate.IMAGES, since=versions.IMAGE_CACHE),
    Route("GET",    "/os-services",                    services.index,           "compute:service:list",    query=service.LIST),
    Route("PUT",    "/os-services/{service}",          services.update,          "compute:service:update",  body=service.UPDATE),
    Route("DELETE", "/os-services/{service}",          services.delete,          "compute:service:delete",  204),
    Route("GET",    "/os-hypervisors",                 hypervisors.index,        "compute:hypervisor:list", query=hypervisor.LIST),
    Route("GET",    "/os-hypervisors/detail",          hypervisors.detail,       "compute:hypervisor:list", query=hypervisor.LIST),
    Route("GET",    "/os-hypervisors/statistics",      hypervisors.statistics,   "compute:hypervisor:list", until=versions.before(versions.NO_FIGURES)),
    Route("GET",    "/os-hypervisors/{hypervisor_id}", hypervisors.show,         "compute:hypervisor:show", query=hypervisor.SHOW),
    Route("GET",    "/os-hypervisors/{hypervisor_id}/search",  hypervisors.search,  "compute:hypervisor:list", until=versions.before(versions.HYPERVISOR_SERVERS)),
    Route("GET",    "/os-hypervisors/{hypervisor_id}/servers", hypervisors.servers, "compute:hypervisor:list", until=versions.before(versions.HYPERVISOR_SERVERS)),
    Route("GET",    "/os-hypervisors/{hypervisor_id}/uptime",  hypervisors.uptime,  "compute:hypervisor:show", until=versions.before(versions.NO_FIGURES)),
    Route("GET",    "/os-simple-tenant-usage",              usage.index, "compute:usage:list", query=period.SHOW),
    Route("GET",    "/os-simple-tenant-usage/{project_id}", usage.show,  query=period.SHOW),
    Route("GET",    "/extensions",                     extensions.index),
    Route("GET",    "/extensions/{alias}",             extensions.show),

    Route("GET",    "/stats",                          statistics.show,   is_public=True),
    Route("GET",    "/stats/detail",                   statistics.detail, "compute:statistics:show", query=statistics_schema.DETAIL),

    Route("GET",    "/limits",                         limits.show,       query=limit.SHOW),
    Route("GET",    "/os-quota-sets/{project_id}",     quota_sets.show,   query=quota_set.QUERY),
    Route("PUT",    "/os-quota-sets/{project_id}",     quota_sets.update, "compute:quota_set:update", body=quota_set.UPDATE, query=quota_set.QUERY),
    Route("DELETE", "/os-quota-sets/{project_id}",     quota_sets.delete, "compute:quota_set:delete", 202, query=quota_set.QUERY),
    Route("GET",    "/os-quota-sets/{project_id}/defaults", quota_sets.defaults),
    Route("GET",    "/os-quota-sets/{project_id}/detail", quota_sets.detail, query=quota_set.QUERY),
]

UNBUILT = [
    ("GET POST", "/servers/{server_id}/os-volume_attachments"),
]
"""What Nova has and this cloud does not do yet: answered by 501."""

_BUILT = {(route.method, route.path) for route in ROUTES}
ROUTES += [
    Route(method, path, unbuilt)
    for methods, path in UNBUILT
    for method in methods.split()
    if (method, path) not in _BUILT
]
# fmt: on
