# SPDX-License-Identifier: Apache-2.0
"""Who may do what to networks, by default."""

from __future__ import annotations

from synnefo_core.policy import ADMIN, MEMBER, READER, rule

PUBLISH = "network:network:publish"
FOR_OTHERS = "network:for_others"
OWN_DEVICE = "network:port:internal"
FLOATING_ADDRESS = "network:floating_ip:choose"
GATEWAY_CHOICES = "network:router:gateway_choices"
PROVIDER = "network:network:provider"
BINDING = "network:port:binding"

_FORWARDINGS = "/floatingips/{floatingip_id}/port_forwardings"

POLICIES = [
    rule("network:network:list", READER, "List networks", "GET /networks"),
    rule("network:network:show", READER, "Show a network", "GET /networks/{network_id}"),
    rule("network:network:create", MEMBER, "Make a network", "POST /networks"),
    rule("network:network:update", MEMBER, "Change a network", "PUT /networks/{network_id}"),
    rule("network:network:delete", MEMBER, "Delete a network", "DELETE /networks/{network_id}"),
    rule(PUBLISH, ADMIN, "Share a network or let it lead outside", "POST /networks"),
    rule(PROVIDER, ADMIN, "See and say how a network is carried, or drain it", "POST /networks"),
    rule("network:subnet:list", READER, "List subnets", "GET /subnets"),
    rule("network:subnet:show", READER, "Show a subnet", "GET /subnets/{subnet_id}"),
    rule("network:subnet:create", MEMBER, "Make a subnet", "POST /subnets"),
    rule("network:subnet:update", MEMBER, "Change a subnet", "PUT /subnets/{subnet_id}"),
    rule("network:subnet:delete", MEMBER, "Delete a subnet", "DELETE /subnets/{subnet_id}"),
    rule("network:port:list", READER, "List ports", "GET /ports"),
    rule("network:port:show", READER, "Show a port", "GET /ports/{port_id}"),
    rule("network:port:create", MEMBER, "Make a port", "POST /ports"),
    rule(
        "network:port:update",
        MEMBER,
        "Change a port",
        "PUT /ports/{port_id}",
        "PUT /ports/{port_id}/add_allowed_address_pairs",
        "PUT /ports/{port_id}/remove_allowed_address_pairs",
    ),
    rule("network:port:delete", MEMBER, "Delete a port", "DELETE /ports/{port_id}"),
    rule(OWN_DEVICE, ADMIN, "Say that a port is the cloud's own or a server's", "POST /ports"),
    rule(BINDING, ADMIN, "See where a port is: binding:host_id and so on", "GET /ports"),
    rule("network:router:list", READER, "List routers", "GET /routers"),
    rule("network:router:show", READER, "Show a router", "GET /routers/{router_id}"),
    rule("network:router:create", MEMBER, "Make a router", "POST /routers"),
    rule(
        "network:router:update",
        MEMBER,
        "Change a router, its interfaces and its routes",
        "PUT /routers/{router_id}",
        "PUT /routers/{router_id}/add_router_interface",
        "PUT /routers/{router_id}/remove_router_interface",
        "PUT /routers/{router_id}/add_extraroutes",
        "PUT /routers/{router_id}/remove_extraroutes",
    ),
    rule("network:router:delete", MEMBER, "Delete a router", "DELETE /routers/{router_id}"),
    rule(
        GATEWAY_CHOICES,
        ADMIN,
        "Choose a router's addresses outside, or have none translated",
        "POST /routers",
    ),
    rule("network:floating_ip:list", READER, "List floating IPs", "GET /floatingips"),
    rule("network:floating_ip:show", READER, "Show a floating IP", "GET /floatingips/{id}"),
    rule("network:floating_ip:create", MEMBER, "Take a floating IP", "POST /floatingips"),
    rule("network:floating_ip:update", MEMBER, "Move a floating IP", "PUT /floatingips/{id}"),
    rule("network:floating_ip:delete", MEMBER, "Give one back", "DELETE /floatingips/{id}"),
    rule("network:port_forwarding:list", READER, "List them", f"GET {_FORWARDINGS}"),
    rule("network:port_forwarding:show", READER, "Show one", f"GET {_FORWARDINGS}/{{id}}"),
    rule("network:port_forwarding:create", MEMBER, "Forward ports", f"POST {_FORWARDINGS}"),
    rule("network:port_forwarding:update", MEMBER, "Change it", f"PUT {_FORWARDINGS}/{{id}}"),
    rule("network:port_forwarding:delete", MEMBER, "End it", f"DELETE {_FORWARDINGS}/{{id}}"),
    rule(FLOATING_ADDRESS, ADMIN, "Choose the address of a floating IP", "POST /floatingips"),
    rule("network:security_group:list", READER, "List groups", "GET /security-groups"),
    rule("network:security_group:show", READER, "Show a group", "GET /security-groups/{group_id}"),
    rule("network:security_group:create", MEMBER, "Make a group", "POST /security-groups"),
    rule("network:security_group:update", MEMBER, "Change one", "PUT /security-groups/{group_id}"),
    rule(
        "network:security_group:delete", MEMBER, "Delete it", "DELETE /security-groups/{group_id}"
    ),
    rule("network:security_rule:list", READER, "List rules", "GET /security-group-rules"),
    rule("network:security_rule:show", READER, "Show one", "GET /security-group-rules/{rule_id}"),
    rule("network:security_rule:create", MEMBER, "Add a rule", "POST /security-group-rules"),
    rule(
        "network:security_rule:delete", MEMBER, "Take it", "DELETE /security-group-rules/{rule_id}"
    ),
    rule("network:rbac:list", READER, "List RBAC policies", "GET /rbac-policies"),
    rule("network:rbac:show", READER, "Show an RBAC policy", "GET /rbac-policies/{id}"),
    rule("network:rbac:create", MEMBER, "Open a network to others", "POST /rbac-policies"),
    rule("network:rbac:update", MEMBER, "Open it to another", "PUT /rbac-policies/{id}"),
    rule("network:rbac:delete", MEMBER, "Close it again", "DELETE /rbac-policies/{id}"),
    rule("network:subnet_pool:list", READER, "List subnet pools", "GET /subnetpools"),
    rule("network:subnet_pool:show", READER, "Show a subnet pool", "GET /subnetpools/{id}"),
    rule("network:subnet_pool:create", MEMBER, "Make a subnet pool", "POST /subnetpools"),
    rule("network:subnet_pool:update", MEMBER, "Change a subnet pool", "PUT /subnetpools/{id}"),
    rule("network:subnet_pool:delete", MEMBER, "Delete one", "DELETE /subnetpools/{id}"),
    rule("network:address_scope:list", READER, "List address scopes", "GET /address-scopes"),
    rule("network:address_scope:show", READER, "Show one", "GET /address-scopes/{id}"),
    rule("network:address_scope:create", MEMBER, "Make one", "POST /address-scopes"),
    rule("network:address_scope:update", MEMBER, "Change one", "PUT /address-scopes/{id}"),
    rule("network:address_scope:delete", MEMBER, "Delete one", "DELETE /address-scopes/{id}"),
    rule("network:tag:show", READER, "Show tags", "GET /networks/{network_id}/tags"),
    rule("network:tag:update", MEMBER, "Change tags", "PUT /networks/{network_id}/tags"),
    rule(
        "network:availability:show",
        ADMIN,
        "See how many addresses are taken",
        "GET /network-ip-availabilities",
    ),
    rule(
        "network:agent:list",
        ADMIN,
        "List agents",
        "GET /agents",
        "GET /agents/{agent_id}",
        "GET /agents/{agent_id}/l3-routers",
        "GET /networks/{network_id}/dhcp-agents",
        "GET /routers/{router_id}/l3-agents",
    ),
    rule(
        "network:agent:update",
        ADMIN,
        "Drain a gateway, or forget a node",
        "PUT /agents/{agent_id}",
        "DELETE /agents/{agent_id}",
    ),
    rule("network:quota:show", READER, "Show a project's limits", "GET /quotas/{project_id}"),
    rule("network:quota:update", ADMIN, "Set a project's limits", "PUT /quotas/{project_id}"),
    rule(
        FOR_OTHERS,
        ADMIN,
        "Make things for another project, or give them to it",
        "POST /networks",
        "POST /networks/{network_id}/action",
        "POST /floatingips/{floatingip_id}/action",
    ),
]
