# SPDX-License-Identifier: Apache-2.0
"""What this API serves: one row for each method and path."""

from synnefo_api_network import versions
from synnefo_api_network.handlers import (
    address_scopes as scopes,
    agents,
    availability,
    extensions,
    floating_ips,
    networks,
    port_forwardings as forwardings,
    ports,
    quotas,
    rbac,
    routers,
    security_groups as groups,
    security_rules as rules,
    subnet_pools as pools,
    subnets,
    tags,
)
from synnefo_api_network.schemas import (
    action,
    agent,
    floating_ip,
    network,
    port,
    port_forwarding as forwarding,
    quota,
    rbac as rbac_policy,
    router,
    security_group as group,
    subnet,
    subnet_pool as pool,
)
from synnefo_core.contracts.api import Route
from synnefo_core.wsgi.routing import unbuilt

# fmt: off
ROUTES = [
    #     method    path                          handler           rule                      status
    Route("GET",    "",                           versions.show,    is_public=True),
    Route("GET",    "/",                          versions.show,    is_public=True),

    Route("GET",    "/networks",                  networks.index,   "network:network:list",   query=network.LIST),
    Route("POST",   "/networks",                  networks.create,  "network:network:create", 201, network.CREATE),
    Route("GET",    "/networks/{network_id}",     networks.show,    "network:network:show",   query=network.SHOW),
    Route("PUT",    "/networks/{network_id}",     networks.update,  "network:network:update", 200, network.UPDATE),
    Route("DELETE", "/networks/{network_id}",     networks.delete,  "network:network:delete", 204),
    Route("POST",   "/networks/{network_id}/action", networks.act,  "network:for_others",     200, action.REASSIGN),

    Route("GET",    "/subnets",                   subnets.index,    "network:subnet:list",    query=subnet.LIST),
    Route("POST",   "/subnets",                   subnets.create,   "network:subnet:create",  201, subnet.CREATE),
    Route("GET",    "/subnets/{subnet_id}",       subnets.show,     "network:subnet:show",    query=subnet.SHOW),
    Route("PUT",    "/subnets/{subnet_id}",       subnets.update,   "network:subnet:update",  200, subnet.UPDATE),
    Route("DELETE", "/subnets/{subnet_id}",       subnets.delete,   "network:subnet:delete",  204),

    Route("GET",    "/ports",                     ports.index,      "network:port:list",      query=port.LIST),
    Route("POST",   "/ports",                     ports.create,     "network:port:create",    201, port.CREATE),
    Route("GET",    "/ports/{port_id}",           ports.show,       "network:port:show",      query=port.SHOW),
    Route("PUT",    "/ports/{port_id}",           ports.update,     "network:port:update",    200, port.UPDATE),
    Route("DELETE", "/ports/{port_id}",           ports.delete,     "network:port:delete",    204),
    Route("PUT",    "/ports/{port_id}/add_allowed_address_pairs",    ports.add_pairs,    "network:port:update", 200, port.PAIRS),
    Route("PUT",    "/ports/{port_id}/remove_allowed_address_pairs", ports.remove_pairs, "network:port:update", 200, port.PAIRS),

    Route("GET",    "/routers",                   routers.index,    "network:router:list",    query=router.LIST),
    Route("POST",   "/routers",                   routers.create,   "network:router:create",  201, router.CREATE),
    Route("GET",    "/routers/{router_id}",       routers.show,     "network:router:show",    query=router.SHOW),
    Route("PUT",    "/routers/{router_id}",       routers.update,   "network:router:update",  200, router.UPDATE),
    Route("DELETE", "/routers/{router_id}",       routers.delete,   "network:router:delete",  204),
    Route("PUT",    "/routers/{router_id}/add_router_interface",    routers.add_interface,    "network:router:update", 200, router.INTERFACE),
    Route("PUT",    "/routers/{router_id}/remove_router_interface", routers.remove_interface, "network:router:update", 200, router.INTERFACE),
    Route("PUT",    "/routers/{router_id}/add_extraroutes",         routers.add_routes,       "network:router:update", 200, router.EXTRA_ROUTES),
    Route("PUT",    "/routers/{router_id}/remove_extraroutes",      routers.remove_routes,    "network:router:update", 200, router.EXTRA_ROUTES),

    Route("GET",    "/floatingips",               floating_ips.index,  "network:floating_ip:list",   query=floating_ip.LIST),
    Route("POST",   "/floatingips",               floating_ips.create, "network:floating_ip:create", 201, floating_ip.CREATE),
    Route("GET",    "/floatingips/{floatingip_id}", floating_ips.show,   "network:floating_ip:show",   query=floating_ip.SHOW),
    Route("PUT",    "/floatingips/{floatingip_id}", floating_ips.update, "network:floating_ip:update", 200, floating_ip.UPDATE),
    Route("DELETE", "/floatingips/{floatingip_id}", floating_ips.delete, "network:floating_ip:delete", 204),
    Route("POST",   "/floatingips/{floatingip_id}/action", floating_ips.act, "network:for_others", 200, action.REASSIGN),

    Route("GET",    "/floatingips/{floatingip_id}/port_forwardings", forwardings.index,  "network:port_forwarding:list",   query=forwarding.LIST),
    Route("POST",   "/floatingips/{floatingip_id}/port_forwardings", forwardings.create, "network:port_forwarding:create", 201, forwarding.CREATE),
    Route("GET",    "/floatingips/{floatingip_id}/port_forwardings/{forwarding_id}", forwardings.show,   "network:port_forwarding:show",   query=forwarding.SHOW),
    Route("PUT",    "/floatingips/{floatingip_id}/port_forwardings/{forwarding_id}", forwardings.update, "network:port_forwarding:update", 200, forwarding.UPDATE),
    Route("DELETE", "/floatingips/{floatingip_id}/port_forwardings/{forwarding_id}", forwardings.delete, "network:port_forwarding:delete", 204),

    Route("GET",    "/security-groups",           groups.index,     "network:security_group:list",   query=group.LIST),
    Route("POST",   "/security-groups",           groups.create,    "network:security_group:create", 201, group.CREATE),
    Route("GET",    "/security-groups/{security_group_id}", groups.show,   "network:security_group:show",   query=group.SHOW),
    Route("PUT",    "/security-groups/{security_group_id}", groups.update, "network:security_group:update", 200, group.UPDATE),
    Route("DELETE", "/security-groups/{security_group_id}", groups.delete, "network:security_group:delete", 204),

    Route("GET",    "/security-group-rules",      rules.index,      "network:security_rule:list",    query=group.LIST_RULES),
    Route("POST",   "/security-group-rules",      rules.create,     "network:security_rule:create",  201, group.CREATE_RULE),
    Route("GET",    "/security-group-rules/{security_group_rule_id}", rules.show,   "network:security_rule:show", query=group.SHOW),
    Route("DELETE", "/security-group-rules/{security_group_rule_id}", rules.delete, "network:security_rule:delete", 204),

    Route("GET",    "/rbac-policies",             rbac.index,       "network:rbac:list",      query=rbac_policy.LIST),
    Route("POST",   "/rbac-policies",             rbac.create,      "network:rbac:create",    201, rbac_policy.CREATE),
    Route("GET",    "/rbac-policies/{policy_id}", rbac.show,        "network:rbac:show",      query=rbac_policy.SHOW),
    Route("PUT",    "/rbac-policies/{policy_id}", rbac.update,      "network:rbac:update",    200, rbac_policy.UPDATE),
    Route("DELETE", "/rbac-policies/{policy_id}", rbac.delete,      "network:rbac:delete",    204),

    Route("GET",    "/subnetpools",               pools.index,      "network:subnet_pool:list",   query=pool.LIST),
    Route("POST",   "/subnetpools",               pools.create,     "network:subnet_pool:create", 201, pool.CREATE),
    Route("GET",    "/subnetpools/{subnetpool_id}", pools.show,     "network:subnet_pool:show",   query=pool.SHOW),
    Route("PUT",    "/subnetpools/{subnetpool_id}", pools.update,   "network:subnet_pool:update", 200, pool.UPDATE),
    Route("DELETE", "/subnetpools/{subnetpool_id}", pools.delete,   "network:subnet_pool:delete", 204),
    Route("PUT",    "/subnetpools/{subnetpool_id}/add_prefixes",    pools.add_prefixes,    "network:subnet_pool:update", 200, pool.PREFIXES),
    Route("PUT",    "/subnetpools/{subnetpool_id}/remove_prefixes", pools.remove_prefixes, "network:subnet_pool:update", 200, pool.PREFIXES),

    Route("GET",    "/address-scopes",            scopes.index,     "network:address_scope:list",   query=pool.LIST_SCOPES),
    Route("POST",   "/address-scopes",            scopes.create,    "network:address_scope:create", 201, pool.CREATE_SCOPE),
    Route("GET",    "/address-scopes/{scope_id}", scopes.show,      "network:address_scope:show",   query=pool.SHOW),
    Route("PUT",    "/address-scopes/{scope_id}", scopes.update,    "network:address_scope:update", 200, pool.UPDATE_SCOPE),
    Route("DELETE", "/address-scopes/{scope_id}", scopes.delete,    "network:address_scope:delete", 204),

    Route("GET",    "/network-ip-availabilities", availability.index, "network:availability:show", query=network.AVAILABILITY),
    Route("GET",    "/network-ip-availabilities/{network_id}", availability.show, "network:availability:show"),
    Route("GET",    "/agents",                    agents.index,     "network:agent:list"),
    Route("GET",    "/agents/{agent_id}",         agents.show,      "network:agent:list"),
    Route("PUT",    "/agents/{agent_id}",         agents.update,    "network:agent:update",   200, agent.UPDATE),
    Route("DELETE", "/agents/{agent_id}",         agents.delete,    "network:agent:update",   204),
    Route("GET",    "/agents/{agent_id}/l3-routers",     agents.routers,    "network:agent:list"),
    Route("GET",    "/routers/{router_id}/l3-agents",    agents.of_router,  "network:agent:list"),
    Route("GET",    "/networks/{network_id}/dhcp-agents", agents.of_network, "network:agent:list"),
    Route("GET",    "/availability_zones",        availability.zones),
    Route("GET",    "/service-providers",         availability.providers),

    Route("GET",    "/extensions",                extensions.index),
    Route("GET",    "/extensions/{alias}",        extensions.show),

    Route("GET",    "/quotas/{project_id}",          quotas.show),
    Route("PUT",    "/quotas/{project_id}",          quotas.update, "network:quota:update", 200, quota.UPDATE),
    Route("DELETE", "/quotas/{project_id}",          quotas.delete, "network:quota:update", 204),
    Route("GET",    "/quotas/{project_id}/default",  quotas.default),
    Route("GET",    "/quotas/{project_id}/details",  quotas.detail),
    Route("GET",    "/quotas/{project_id}/details.json", quotas.detail),
]

ROUTES += tags.ROUTES

UNBUILT_COLLECTIONS = [
    "address-groups",
    "auto-allocated-topology",
    "default-security-group-rules",
    "flavors",
    "floatingip_pools",
    "local_ips",
    "metering",
    "ndp_proxies",
    "network_segment_ranges",
    "qos",
    "quotas",
    "segments",
    "service_profiles",
    "trunks",
]
"""What Neutron has and this cloud does not do yet: answered by 501."""

UNBUILT = [
    ("GET POST PUT DELETE", "/ports/{port_id}/bindings"),
    ("PUT",                 "/subnetpools/{subnetpool_id}/onboard_network_subnets"),
    ("PUT",                 "/routers/{router_id}/add_external_gateways"),
    ("PUT",                 "/routers/{router_id}/update_external_gateways"),
    ("PUT",                 "/routers/{router_id}/remove_external_gateways"),
]

ROUTES += [Route(method, path, unbuilt) for methods, path in UNBUILT for method in methods.split()]
ROUTES += [
    Route(method, f"/{collection}", unbuilt)
    for collection in UNBUILT_COLLECTIONS
    for method in ("GET", "POST")
]
ROUTES += [
    Route(method, f"/{collection}/{{rest:.*}}", unbuilt)
    for collection in UNBUILT_COLLECTIONS
    if collection != "quotas"
    for method in ("GET", "POST", "PUT", "DELETE")
]
# fmt: on
