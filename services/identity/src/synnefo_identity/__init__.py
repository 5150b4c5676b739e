# SPDX-License-Identifier: Apache-2.0
"""The identity room: users, projects, roles and tokens."""

from synnefo_identity import assignments, domains, groups, projects, roles, users
from synnefo_identity.assignments import Assignment, Question
from synnefo_identity.listing import Filter, Page
from synnefo_identity.login import Credentials, Reference, with_password, with_token
from synnefo_identity.payload import SYSTEM, UNSCOPED, Scope, ScopeKind
from synnefo_identity.scopes import (
    default as default_scope,
    domain as domain_scope,
    project as project_scope,
)
from synnefo_identity.standing import GROUP, USER
from synnefo_identity.tokens import (
    Proof,
    Token,
    check as check_token,
    issue as issue_token,
    revoke as revoke_token,
    show as show_token,
)
from synnefo_identity.values import Domain, Group, Project, Role, User

__all__ = [
    "GROUP",
    "SYSTEM",
    "UNSCOPED",
    "USER",
    "Assignment",
    "Credentials",
    "Domain",
    "Filter",
    "Group",
    "Page",
    "Project",
    "Proof",
    "Question",
    "Reference",
    "Role",
    "Scope",
    "ScopeKind",
    "Token",
    "User",
    "assignments",
    "check_token",
    "default_scope",
    "domain_scope",
    "domains",
    "groups",
    "issue_token",
    "project_scope",
    "projects",
    "revoke_token",
    "roles",
    "show_token",
    "users",
    "with_password",
    "with_token",
]
