# SPDX-License-Identifier: Apache-2.0
"""Who may call what of identity; the defaults are Keystone's.

What users may see of themselves, the service calls decide.
"""

from __future__ import annotations

from collections.abc import Iterable

from oslo_policy.policy import DocumentedRuleDefault

from synnefo_core.policy import ADMIN, AUTHENTICATED, rule
from synnefo_identity.ladder import SERVICE

_CRUD = {
    "list": ("GET /{noun}s", "See all {noun}s"),
    "create": ("POST /{noun}s", "Make a {noun}"),
    "update": ("PATCH /{noun}s/{{id}}", "Change a {noun}"),
    "delete": ("DELETE /{noun}s/{{id}}", "Delete a {noun}"),
}

_SHOW = {
    "domain": AUTHENTICATED,
    "project": AUTHENTICATED,
    "user": AUTHENTICATED,
    "group": ADMIN,
    "role": ADMIN,
}
"""Who may ask for one; of domains, projects and users, the caller's own ones only."""

_OTHERS = [
    rule(
        "identity:membership:manage",
        ADMIN,
        "See and change who is in a group",
        "GET /groups/{id}/users",
        "PUT /groups/{id}/users/{user_id}",
        "DELETE /groups/{id}/users/{user_id}",
    ),
    rule("identity:assignment:list", ADMIN, "See who has which role", "GET /role_assignments"),
    rule(
        "identity:assignment:manage",
        ADMIN,
        "See and change the roles of a user or group on a project, a domain or the system",
        "PUT /projects/{id}/users/{user_id}/roles/{role_id}",
        "DELETE /projects/{id}/users/{user_id}/roles/{role_id}",
    ),
    rule(
        "identity:implied_role:list",
        ADMIN,
        "See which roles imply which",
        "GET /role_inferences",
        "GET /roles/{id}/implies",
        "GET /roles/{id}/implies/{implied_id}",
    ),
    rule(
        "identity:implied_role:manage",
        ADMIN,
        "Change which roles imply which",
        "PUT /roles/{id}/implies/{implied_id}",
        "DELETE /roles/{id}/implies/{implied_id}",
    ),
    rule(
        "identity:federation:list",
        ADMIN,
        "See by which identity providers people come, and how",
        "GET /OS-FEDERATION/identity_providers",
        "GET /OS-FEDERATION/mappings",
    ),
    rule(
        "identity:catalog:list",
        AUTHENTICATED,
        "See services, endpoints and regions",
        "GET /services",
        "GET /endpoints",
        "GET /regions",
    ),
    rule(
        "identity:catalog:manage",
        ADMIN,
        "Add services, endpoints and regions to the catalog, change and delete them",
        "POST /services",
        "POST /endpoints",
        "POST /regions",
    ),
    rule(
        "identity:limit:manage",
        ADMIN,
        "Change what projects may use",
        "POST /limits",
        "PATCH /limits/{id}",
        "DELETE /limits/{id}",
    ),
    rule(
        "identity:document:manage",
        ADMIN,
        "See and change the policy documents of services that are no part of this cloud",
        "GET /policies",
        "POST /policies",
        "PATCH /policies/{id}",
        "DELETE /policies/{id}",
    ),
    rule(
        "identity:ec2:login",
        f"{ADMIN} or role:{SERVICE}",
        "Get a token for somebody's signed request to the EC2 or S3 API",
        "POST /ec2tokens",
        "POST /s3tokens",
    ),
]


def rules() -> Iterable[DocumentedRuleDefault]:
    """Return identity's rules."""
    for noun, may_show in _SHOW.items():
        yield rule(f"identity:{noun}:show", may_show, f"See a {noun}", f"GET /{noun}s/{{id}}")
        for verb, (operation, description) in _CRUD.items():
            yield rule(
                f"identity:{noun}:{verb}",
                ADMIN,
                description.format(noun=noun),
                operation.format(noun=noun),
            )
    yield from _OTHERS
