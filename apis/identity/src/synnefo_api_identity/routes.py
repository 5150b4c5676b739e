# SPDX-License-Identifier: Apache-2.0
"""What the identity API serves.

Source: Identity API reference, https://docs.openstack.org/api-ref/identity/v3/
"""

from __future__ import annotations

from synnefo_api_identity import versions
from synnefo_api_identity.handlers import (
    application_credentials,
    assignments,
    credentials,
    domains,
    ec2,
    endpoints,
    federation,
    groups,
    implied_roles,
    limits,
    policies,
    projects,
    regions,
    roles,
    services,
    tags,
    tokens,
    users,
)
from synnefo_api_identity.schemas import (
    application_credentials as application_credential,
    auth as login,
    catalog,
    credentials as credential,
    domains as domain,
    federation as federated,
    groups as group,
    limits as limit,
    policies as policy,
    projects as project,
    roles as role,
    users as user,
)
from synnefo_core.contracts.api import Route
from synnefo_core.wsgi.routing import unbuilt

CATALOG = "identity:catalog:list"
MANAGE_CATALOG = "identity:catalog:manage"
FEDERATION = "identity:federation:list"
MEMBERSHIP = "identity:membership:manage"
ASSIGNMENT = "identity:assignment:manage"
POLICY = "identity:document:manage"
INFERENCES = "identity:implied_role:list"
INFERENCE = "identity:implied_role:manage"

AUTH = "/auth/OS-FEDERATION"
IDP = "/OS-FEDERATION/identity_providers/{idp_id}"

# fmt: off
ROUTES = [
    Route("GET",    "/",                                versions.show,            is_public=True),
    Route("POST",   "/auth/tokens",                     tokens.create,            status=201, body=login.LOGIN, is_public=True),
    Route("GET",    "/auth/tokens",                     tokens.show),
    Route("DELETE", "/auth/tokens",                     tokens.delete,            status=204),
    Route("GET",    "/auth/projects",                   tokens.projects),
    Route("GET",    "/auth/domains",                    tokens.domains),
    Route("GET",    "/auth/system",                     tokens.system),
    Route("GET",    "/auth/catalog",                    tokens.show_catalog),

    Route("GET",    f"{AUTH}/websso/{{protocol_id}}",                              federation.websso, query=federated.WEBSSO, is_public=True),
    Route("GET",    f"{AUTH}/identity_providers/{{idp_id}}/protocols/{{protocol_id}}/websso", federation.websso, query=federated.WEBSSO, is_public=True),
    Route("GET",    f"{IDP}/protocols/{{protocol_id}}/auth",    federation.log_in,        status=201, is_public=True),
    Route("POST",   f"{IDP}/protocols/{{protocol_id}}/auth",    federation.log_in,        status=201, is_public=True),
    Route("GET",    "/OS-FEDERATION/identity_providers",        federation.index,         FEDERATION),
    Route("GET",    IDP,                                        federation.show,          FEDERATION),
    Route("GET",    f"{IDP}/protocols",                         federation.protocols,     FEDERATION),
    Route("GET",    f"{IDP}/protocols/{{protocol_id}}",         federation.show_protocol, FEDERATION),
    Route("GET",    "/OS-FEDERATION/mappings",                  federation.mappings,      FEDERATION),
    Route("GET",    "/OS-FEDERATION/mappings/{mapping_id}",     federation.show_mapping,  FEDERATION),
    Route("GET",    "/OS-FEDERATION/service_providers",         federation.service_providers),
    Route("GET",    "/OS-FEDERATION/projects",                  tokens.projects),
    Route("GET",    "/OS-FEDERATION/domains",                   tokens.domains),

    Route("GET",    "/users",                           users.index,              "identity:user:list",      query=user.LIST),
    Route("POST",   "/users",                           users.create,             "identity:user:create",    status=201, body=user.CREATE),
    Route("GET",    "/users/{user_id}",                 users.show,               "identity:user:show"),
    Route("PATCH",  "/users/{user_id}",                 users.update,             "identity:user:update",    body=user.UPDATE),
    Route("DELETE", "/users/{user_id}",                 users.delete,             "identity:user:delete",    status=204),
    Route("POST",   "/users/{user_id}/password",        users.change_password,    status=204, body=user.PASSWORD_CHANGE, is_public=True),
    Route("GET",    "/users/{user_id}/projects",        users.projects,           query=project.LIST),
    Route("GET",    "/users/{user_id}/groups",          users.groups,             query=group.LIST),

    Route("GET",    "/users/{user_id}/application_credentials",                 application_credentials.index),
    Route("POST",   "/users/{user_id}/application_credentials",                 application_credentials.create, status=201, body=application_credential.CREATE),
    Route("GET",    "/users/{user_id}/application_credentials/{credential_id}", application_credentials.show),
    Route("DELETE", "/users/{user_id}/application_credentials/{credential_id}", application_credentials.delete, status=204),
    Route("GET",    "/users/{user_id}/access_rules",                            application_credentials.rules),
    Route("GET",    "/users/{user_id}/access_rules/{rule_id}",                  application_credentials.show_rule),
    Route("DELETE", "/users/{user_id}/access_rules/{rule_id}",                  application_credentials.delete_rule, status=204),

    Route("GET",    "/credentials",                     credentials.index,        query=credential.LIST),
    Route("POST",   "/credentials",                     credentials.create,       status=201, body=credential.CREATE),
    Route("GET",    "/credentials/{credential_id}",     credentials.show),
    Route("PATCH",  "/credentials/{credential_id}",     credentials.update,       body=credential.UPDATE),
    Route("DELETE", "/credentials/{credential_id}",     credentials.delete,       status=204),
    Route("GET",    "/users/{user_id}/credentials/OS-EC2",          ec2.index),
    Route("POST",   "/users/{user_id}/credentials/OS-EC2",          ec2.create,   status=201, body=credential.EC2_CREATE),
    Route("GET",    "/users/{user_id}/credentials/OS-EC2/{access}", ec2.show),
    Route("DELETE", "/users/{user_id}/credentials/OS-EC2/{access}", ec2.delete,   status=204),
    Route("POST",   "/ec2tokens",                       ec2.login,                "identity:ec2:login", body=credential.EC2_LOGIN),
    Route("POST",   "/s3tokens",                        ec2.s3_login,             "identity:ec2:login", body=credential.S3_LOGIN),

    Route("GET",    "/projects",                        projects.index,           "identity:project:list",   query=project.LIST),
    Route("POST",   "/projects",                        projects.create,          "identity:project:create", status=201, body=project.CREATE),
    Route("GET",    "/projects/{project_id}",           projects.show,            "identity:project:show"),
    Route("PATCH",  "/projects/{project_id}",           projects.update,          "identity:project:update", body=project.UPDATE),
    Route("DELETE", "/projects/{project_id}",           projects.delete,          "identity:project:delete", status=204),
    Route("GET",    "/projects/{project_id}/tags",      tags.index,               "identity:project:show"),
    Route("PUT",    "/projects/{project_id}/tags",      tags.replace,             "identity:project:update", body=project.TAGS),
    Route("DELETE", "/projects/{project_id}/tags",      tags.clear,               "identity:project:update", status=204),
    Route("GET",    "/projects/{project_id}/tags/{tag}", tags.show,               "identity:project:show",   status=204),
    Route("PUT",    "/projects/{project_id}/tags/{tag}", tags.add,                "identity:project:update", status=201),
    Route("DELETE", "/projects/{project_id}/tags/{tag}", tags.remove,             "identity:project:update", status=204),

    Route("GET",    "/domains",                         domains.index,            "identity:domain:list",    query=domain.LIST),
    Route("POST",   "/domains",                         domains.create,           "identity:domain:create",  status=201, body=domain.CREATE),
    Route("GET",    "/domains/{domain_id}",             domains.show,             "identity:domain:show"),
    Route("PATCH",  "/domains/{domain_id}",             domains.update,           "identity:domain:update",  body=domain.UPDATE),
    Route("DELETE", "/domains/{domain_id}",             domains.delete,           "identity:domain:delete",  status=204),

    Route("GET",    "/groups",                          groups.index,             "identity:group:list",     query=group.LIST),
    Route("POST",   "/groups",                          groups.create,            "identity:group:create",   status=201, body=group.CREATE),
    Route("GET",    "/groups/{group_id}",               groups.show,              "identity:group:show"),
    Route("PATCH",  "/groups/{group_id}",               groups.update,            "identity:group:update",   body=group.UPDATE),
    Route("DELETE", "/groups/{group_id}",               groups.delete,            "identity:group:delete",   status=204),
    Route("GET",    "/groups/{group_id}/users",           groups.users,           MEMBERSHIP, query=user.LIST),
    Route("PUT",    "/groups/{group_id}/users/{user_id}", groups.add_user,        MEMBERSHIP, status=204),
    Route("GET",    "/groups/{group_id}/users/{user_id}", groups.check_user,      MEMBERSHIP, status=204),
    Route("DELETE", "/groups/{group_id}/users/{user_id}", groups.remove_user,     MEMBERSHIP, status=204),

    Route("GET",    "/roles",                           roles.index,              "identity:role:list",      query=role.LIST),
    Route("POST",   "/roles",                           roles.create,             "identity:role:create",    status=201, body=role.CREATE),
    Route("GET",    "/roles/{role_id}",                 roles.show,               "identity:role:show"),
    Route("PATCH",  "/roles/{role_id}",                 roles.update,             "identity:role:update",    body=role.UPDATE),
    Route("DELETE", "/roles/{role_id}",                 roles.delete,             "identity:role:delete",    status=204),
    Route("GET",    "/role_inferences",                 implied_roles.index,      INFERENCES),
    Route("GET",    "/roles/{role_id}/implies",         implied_roles.of_role,    INFERENCES),
    Route("PUT",    "/roles/{role_id}/implies/{implied_id}", implied_roles.add,    INFERENCE, status=201),
    Route("GET",    "/roles/{role_id}/implies/{implied_id}", implied_roles.show,   INFERENCES),
    Route("HEAD",   "/roles/{role_id}/implies/{implied_id}", implied_roles.check,  INFERENCES, status=204),
    Route("DELETE", "/roles/{role_id}/implies/{implied_id}", implied_roles.remove, INFERENCE, status=204),
    Route("GET",    "/role_assignments",                assignments.index,        "identity:assignment:list", query=role.ASSIGNMENTS),

    Route("GET",    "/regions",                         regions.index,            CATALOG, query=catalog.REGIONS),
    Route("POST",   "/regions",                         regions.create,           MANAGE_CATALOG, status=201, body=catalog.REGION_CREATE),
    Route("GET",    "/regions/{region_id}",             regions.show,             CATALOG),
    Route("PUT",    "/regions/{region_id}",             regions.create_named,     MANAGE_CATALOG, status=201, body=catalog.REGION_CREATE),
    Route("PATCH",  "/regions/{region_id}",             regions.update,           MANAGE_CATALOG, body=catalog.REGION_UPDATE),
    Route("DELETE", "/regions/{region_id}",             regions.delete,           MANAGE_CATALOG, status=204),
    Route("GET",    "/services",                        services.index,           CATALOG, query=catalog.SERVICES),
    Route("POST",   "/services",                        services.create,          MANAGE_CATALOG, status=201, body=catalog.SERVICE_CREATE),
    Route("GET",    "/services/{service_id}",           services.show,            CATALOG),
    Route("PATCH",  "/services/{service_id}",           services.update,          MANAGE_CATALOG, body=catalog.SERVICE_UPDATE),
    Route("DELETE", "/services/{service_id}",           services.delete,          MANAGE_CATALOG, status=204),
    Route("GET",    "/endpoints",                       endpoints.index,          CATALOG, query=catalog.ENDPOINTS),
    Route("POST",   "/endpoints",                       endpoints.create,         MANAGE_CATALOG, status=201, body=catalog.ENDPOINT_CREATE),
    Route("GET",    "/endpoints/{endpoint_id}",         endpoints.show,           CATALOG),
    Route("PATCH",  "/endpoints/{endpoint_id}",         endpoints.update,         MANAGE_CATALOG, body=catalog.ENDPOINT_UPDATE),
    Route("DELETE", "/endpoints/{endpoint_id}",         endpoints.delete,         MANAGE_CATALOG, status=204),

    Route("GET",    "/policies",                        policies.index,           POLICY, query=policy.LIST),
    Route("POST",   "/policies",                        policies.create,          POLICY, status=201, body=policy.CREATE),
    Route("GET",    "/policies/{policy_id}",            policies.show,            POLICY),
    Route("PATCH",  "/policies/{policy_id}",            policies.update,          POLICY, body=policy.UPDATE),
    Route("DELETE", "/policies/{policy_id}",            policies.delete,          POLICY, status=204),

    Route("GET",    "/registered_limits",               limits.registered,        query=limit.REGISTERED),
    Route("GET",    "/registered_limits/{limit_id}",    limits.show_registered),
    Route("GET",    "/limits/model",                    limits.model),
    Route("GET",    "/limits",                          limits.index,             query=limit.LIST),
    Route("POST",   "/limits",                          limits.create,            "identity:limit:manage", status=201, body=limit.CREATE),
    Route("GET",    "/limits/{limit_id}",               limits.show),
    Route("PATCH",  "/limits/{limit_id}",               limits.update,            "identity:limit:manage", body=limit.UPDATE),
    Route("DELETE", "/limits/{limit_id}",               limits.delete,            "identity:limit:manage", status=204),
]
# fmt: on

_TARGETS = ("/projects/{project_id}", "/domains/{domain_id}", "/system")
_ACTORS = ("/users/{user_id}", "/groups/{group_id}")


def _of_assignments() -> list[Route]:
    """Return the rows of the roles of a user or group on a project, a domain or the system."""
    rows = []
    for place in (f"{target}{actor}/roles" for target in _TARGETS for actor in _ACTORS):
        one = f"{place}/{{role_id}}"
        rows += [
            Route("GET", place, assignments.granted, ASSIGNMENT),
            Route("PUT", one, assignments.grant, ASSIGNMENT, status=204),
            Route("GET", one, assignments.check, ASSIGNMENT, status=204),
            Route("DELETE", one, assignments.revoke, ASSIGNMENT, status=204),
        ]
    return rows


def _of_inherited_assignments() -> list[Route]:
    """Return the rows of the roles that projects inherit from one above them or their domain."""
    rows = []
    above = _TARGETS[:2]
    for place in (f"/OS-INHERIT{target}{actor}/roles" for target in above for actor in _ACTORS):
        one = f"{place}/{{role_id}}/inherited_to_projects"
        rows += [
            Route("GET", f"{place}/inherited_to_projects", assignments.granted_below, ASSIGNMENT),
            Route("PUT", one, assignments.grant_below, ASSIGNMENT, status=204),
            Route("GET", one, assignments.check_below, ASSIGNMENT, status=204),
            Route("DELETE", one, assignments.revoke_below, ASSIGNMENT, status=204),
        ]
    return rows


ROUTES += _of_assignments() + _of_inherited_assignments()

# Paths of the API reference that are known and not served, with their methods.
UNBUILT = {
    "/domains/config/{rest:.*}": "GET",
    "/domains/{id}/config": "GET PUT PATCH DELETE",
    "/domains/{id}/config/{rest:.*}": "GET PUT PATCH DELETE",
    "/users/{id}/OS-OAUTH1/{rest:.*}": "GET PUT DELETE",
    "/policies/{id}/{rest:.*}": "GET PUT DELETE",
    "/registered_limits": "POST",
    "/registered_limits/{id}": "PATCH DELETE",
    "/auth/tokens/OS-PKI/revoked": "GET",
    "/auth/OS-FEDERATION/{rest:.*}": "GET POST",
    "/OS-EP-FILTER/{rest:.*}": "GET POST PUT PATCH DELETE",
    "/OS-FEDERATION/{rest:.*}": "GET POST PUT PATCH DELETE",
    "/OS-OAUTH1/{rest:.*}": "GET POST PATCH DELETE",
    "/OS-REVOKE/events": "GET",
    "/OS-SIMPLE-CERT/{rest:.*}": "GET",
    "/OS-TRUST/{rest:.*}": "GET POST DELETE",
}

ROUTES += [
    Route(method, path, unbuilt) for path, methods in UNBUILT.items() for method in methods.split()
]
