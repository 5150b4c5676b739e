# SPDX-License-Identifier: Apache-2.0
"""The identity room: users, projects, roles and tokens."""

from synnefo_identity.assignments import (
    Assignment,
    Question,
    grant as grant_role,
    granted as list_granted_roles,
    index as list_assignments,
    is_on_system,
    require as require_role,
    revoke as revoke_role,
)
from synnefo_identity.claims import show as show_token
from synnefo_identity.domains import (
    create as create_domain,
    delete as delete_domain,
    index as list_domains,
    of_user as list_domains_of_user,
    show as show_domain,
    update as update_domain,
)
from synnefo_identity.groups import (
    add_user as add_user_to_group,
    create as create_group,
    delete as delete_group,
    index as list_groups,
    of_user as list_groups_of_user,
    remove_user as remove_user_from_group,
    require_user as require_user_in_group,
    show as show_group,
    update as update_group,
)
from synnefo_identity.listing import Filter, Page
from synnefo_identity.login import Credentials, Reference, with_password, with_token
from synnefo_identity.names import Names, names_of
from synnefo_identity.payload import SYSTEM, UNSCOPED, Scope, ScopeKind
from synnefo_identity.projects import (
    create as create_project,
    delete as delete_project,
    index as list_projects,
    of_user as list_projects_of_user,
    show as show_project,
    update as update_project,
)
from synnefo_identity.roles import (
    create as create_role,
    delete as delete_role,
    index as list_roles,
    show as show_role,
    update as update_role,
)
from synnefo_identity.scopes import (
    default as default_scope,
    domain as domain_scope,
    project as project_scope,
)
from synnefo_identity.standing import GROUP, USER, Standing
from synnefo_identity.tokens import (
    Proof,
    Token,
    check as check_token,
    issue as issue_token,
    revoke as revoke_token,
)
from synnefo_identity.users import (
    change_password,
    create as create_user,
    delete as delete_user,
    index as list_users,
    of_group as list_users_of_group,
    show as show_user,
    update as update_user,
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
    "Names",
    "Page",
    "Project",
    "Proof",
    "Question",
    "Reference",
    "Role",
    "Scope",
    "ScopeKind",
    "Standing",
    "Token",
    "User",
    "add_user_to_group",
    "change_password",
    "check_token",
    "create_domain",
    "create_group",
    "create_project",
    "create_role",
    "create_user",
    "default_scope",
    "delete_domain",
    "delete_group",
    "delete_project",
    "delete_role",
    "delete_user",
    "domain_scope",
    "grant_role",
    "is_on_system",
    "issue_token",
    "list_assignments",
    "list_domains",
    "list_domains_of_user",
    "list_granted_roles",
    "list_groups",
    "list_groups_of_user",
    "list_projects",
    "list_projects_of_user",
    "list_roles",
    "list_users",
    "list_users_of_group",
    "names_of",
    "project_scope",
    "remove_user_from_group",
    "require_role",
    "require_user_in_group",
    "revoke_role",
    "revoke_token",
    "show_domain",
    "show_group",
    "show_project",
    "show_role",
    "show_token",
    "show_user",
    "update_domain",
    "update_group",
    "update_project",
    "update_role",
    "update_user",
    "with_password",
    "with_token",
]
