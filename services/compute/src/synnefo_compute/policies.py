# SPDX-License-Identifier: Apache-2.0
"""Who may do what with servers, flavors and keypairs, unless ``policy.yaml`` says otherwise."""

from synnefo_core.policy import ADMIN, AUTHENTICATED, MEMBER, READER, rule

OVERRIDE_LOCK = "compute:server:unlock_override"
SHOW_EVENTS = "compute:action:events"

POLICIES = [
    rule("compute:server:list", READER, "List a project's servers", "GET /servers"),
    rule("compute:server:list_everyone", ADMIN, "List all servers", "GET /servers?all_tenants=1"),
    rule("compute:server:show", READER, "Show a server", "GET /servers/{server_id}"),
    rule("compute:server:create", MEMBER, "Make a server", "POST /servers"),
    rule("compute:server:update", MEMBER, "Change a server", "PUT /servers/{server_id}"),
    rule("compute:server:delete", MEMBER, "Remove a server", "DELETE /servers/{server_id}"),
    rule("compute:server:start", MEMBER, "Start a server", "POST /servers/{server_id}/action"),
    rule("compute:server:stop", MEMBER, "Stop a server", "POST /servers/{server_id}/action"),
    rule("compute:server:reboot", MEMBER, "Reboot a server", "POST /servers/{server_id}/action"),
    rule("compute:server:lock", MEMBER, "Lock a server", "POST /servers/{server_id}/action"),
    rule("compute:server:unlock", MEMBER, "Unlock a server", "POST /servers/{server_id}/action"),
    rule(
        OVERRIDE_LOCK,
        ADMIN,
        "Unlock a server that somebody of another project has locked",
        "POST /servers/{server_id}/action",
    ),
    rule(
        "compute:action:list",
        READER,
        "List what was asked of a server",
        "GET /servers/{server_id}/os-instance-actions",
    ),
    rule(
        "compute:action:show",
        READER,
        "Show what one request asked of a server",
        "GET /servers/{server_id}/os-instance-actions/{request_id}",
    ),
    rule(
        SHOW_EVENTS,
        ADMIN,
        "See what an action consisted of, and why it failed",
        "GET /servers/{server_id}/os-instance-actions/{request_id}",
    ),
    rule(
        "compute:metadata:show",
        READER,
        "Show a server's metadata",
        "GET /servers/{server_id}/metadata",
        "GET /servers/{server_id}/metadata/{key}",
    ),
    rule(
        "compute:metadata:update",
        MEMBER,
        "Change a server's metadata",
        "POST /servers/{server_id}/metadata",
        "PUT /servers/{server_id}/metadata",
        "PUT /servers/{server_id}/metadata/{key}",
    ),
    rule(
        "compute:metadata:delete",
        MEMBER,
        "Remove an item of a server's metadata",
        "DELETE /servers/{server_id}/metadata/{key}",
    ),
    rule("compute:ip:list", READER, "List a server's addresses", "GET /servers/{server_id}/ips"),
    rule(
        "compute:ip:show",
        READER,
        "Show a server's addresses in a network",
        "GET /servers/{server_id}/ips/{network}",
    ),
    rule("compute:flavor:list", AUTHENTICATED, "List flavors", "GET /flavors"),
    rule("compute:flavor:show", AUTHENTICATED, "Show a flavor", "GET /flavors/{flavor_id}"),
    rule("compute:flavor:create", ADMIN, "Make a flavor", "POST /flavors"),
    rule("compute:flavor:delete", ADMIN, "Remove a flavor", "DELETE /flavors/{flavor_id}"),
    rule("compute:keypair:list", AUTHENTICATED, "List one's keypairs", "GET /os-keypairs"),
    rule("compute:keypair:show", AUTHENTICATED, "Show one's keypair", "GET /os-keypairs/{name}"),
    rule("compute:keypair:create", AUTHENTICATED, "Keep a public key", "POST /os-keypairs"),
    rule("compute:keypair:delete", AUTHENTICATED, "Forget a key", "DELETE /os-keypairs/{name}"),
    rule("compute:zone:list", AUTHENTICATED, "List zones", "GET /os-availability-zone"),
    rule("compute:zone:detail", ADMIN, "List clusters", "GET /os-availability-zone/detail"),
    rule("compute:service:list", ADMIN, "List services", "GET /os-services"),
    rule(
        "compute:hypervisor:list",
        ADMIN,
        "List clusters as hypervisors",
        "GET /os-hypervisors",
        "GET /os-hypervisors/detail",
        "GET /os-hypervisors/statistics",
    ),
    rule("compute:hypervisor:show", ADMIN, "Show a cluster", "GET /os-hypervisors/{hypervisor_id}"),
    rule("compute:limit:show", READER, "Show a project's limits", "GET /limits"),
    rule(
        "compute:quota_set:show",
        READER,
        "Show a project's quotas",
        "GET /os-quota-sets/{project_id}",
        "GET /os-quota-sets/{project_id}/detail",
    ),
    rule(
        "compute:quota_set:defaults",
        READER,
        "Show what a project has by default",
        "GET /os-quota-sets/{project_id}/defaults",
    ),
    rule(
        "compute:quota_set:update",
        ADMIN,
        "Set a project's quotas",
        "PUT /os-quota-sets/{project_id}",
    ),
    rule(
        "compute:quota_set:delete",
        ADMIN,
        "Give a project the default quotas",
        "DELETE /os-quota-sets/{project_id}",
    ),
]
