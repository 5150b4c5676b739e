# SPDX-License-Identifier: Apache-2.0
"""Who may ask for what; services are users with the role ``service``, such as components."""

from synnefo_core.policy import ADMIN, AUTHENTICATED, rule

SERVICE = "role:service or rule:admin"

POLICIES = [
    rule("account:quota:list", AUTHENTICATED, "See one's own quota", "GET /quotas"),
    rule("account:quota:list_users", SERVICE, "See users' quota", "GET /service_quotas"),
    rule(
        "account:quota:list_projects", SERVICE, "See projects' quota", "GET /service_project_quotas"
    ),
    rule("account:commission:list", SERVICE, "List one's pending serials", "GET /commissions"),
    rule("account:commission:issue", SERVICE, "Issue a commission", "POST /commissions"),
    rule("account:commission:show", SERVICE, "Show a commission", "GET /commissions/{serial}"),
    rule(
        "account:commission:resolve",
        SERVICE,
        "Accept or reject",
        "POST /commissions/{serial}/action",
    ),
    rule("account:registration:list", ADMIN, "See who has registered", "GET /registrations"),
    rule("account:registration:show", ADMIN, "See a registration", "GET /registrations/{id}"),
    rule("account:registration:delete", ADMIN, "Forget one", "DELETE /registrations/{id}"),
    rule(
        "account:registration:act",
        ADMIN,
        "Verify an address by hand, or write to it again",
        "POST /registrations/{id}/action",
    ),
    rule(
        "account:invitation:send",
        AUTHENTICATED,
        "Invite people, as many as one may",
        "GET /invitations",
        "POST /invitations",
    ),
    rule("account:user:list", ADMIN, "See all users", "GET /users", "GET /users/detail"),
    rule("account:user:show", ADMIN, "See a user", "GET /users/{id}"),
    rule(
        "account:user:act",
        ADMIN,
        "Accept, reject, activate or deactivate a user",
        "POST /users/{id}/action",
    ),
    rule(
        "account:oauth2:allow",
        AUTHENTICATED,
        "Let a program reach some of what is one's own",
        "GET /oauth2/auth",
        "POST /oauth2/auth",
    ),
    rule("account:method:list", AUTHENTICATED, "See how one can log in", "GET /methods"),
    rule(
        "account:method:change",
        AUTHENTICATED,
        "Link, switch and remove login methods of one's own account",
        "POST /methods/{method}",
        "DELETE /methods/{method}",
    ),
    rule(
        "account:method:list_users",
        ADMIN,
        "See how users can log in",
        "GET /users/{user_id}/methods",
    ),
    rule(
        "account:method:change_users",
        ADMIN,
        "Remove login methods of users",
        "DELETE /users/{user_id}/methods/{method}",
    ),
    rule("account:project:list", AUTHENTICATED, "See the projects for oneself", "GET /projects"),
    rule("account:project:apply", AUTHENTICATED, "Ask for a project", "POST /projects"),
    rule("account:project:show", AUTHENTICATED, "See a project", "GET /projects/{id}"),
    rule("account:project:modify", AUTHENTICATED, "Ask for a change", "PUT /projects/{id}"),
    rule(
        "account:project:act",
        AUTHENTICATED,
        "Decide about a project or an application, as one's place in it allows",
        "POST /projects/{id}/action",
    ),
    rule(
        "account:membership:list",
        AUTHENTICATED,
        "See one's own memberships and those of one's own projects",
        "GET /projects/memberships",
    ),
    rule(
        "account:membership:come",
        AUTHENTICATED,
        "Join a project, or make somebody a member of one's own",
        "POST /projects/memberships",
    ),
    rule("account:membership:show", AUTHENTICATED, "See one", "GET /projects/memberships/{id}"),
    rule(
        "account:membership:act",
        AUTHENTICATED,
        "Leave, accept, remove, as one's place in the project allows",
        "POST /projects/memberships/{id}/action",
    ),
    rule("account:user:create", ADMIN, "Make a user who gets in at once", "POST /users"),
    rule("account:user:update", ADMIN, "Change a user", "PUT /users/{id}"),
    rule("account:profile:show", AUTHENTICATED, "See one's own account", "GET /profile"),
    rule(
        "account:profile:update",
        AUTHENTICATED,
        "Change one's own account",
        "PUT /profile",
        "POST /profile/action",
        "POST /profile/email",
        "POST /myaccount/default_project",
    ),
    rule("account:feedback:send", AUTHENTICATED, "Write to the helpdesk", "POST /feedback"),
    rule(
        "account:weblogin:arrive",
        AUTHENTICATED,
        "Give a token to a program on one's own device",
        "POST /weblogin",
    ),
    rule("account:terms:publish", ADMIN, "Have all agree to new terms", "POST /terms"),
    rule("account:terms:agree", AUTHENTICATED, "Agree to the terms", "POST /terms/agreement"),
    rule(
        "account:catalog:show",
        AUTHENTICATED,
        "Tell ids of users from their names, for those who are asked about",
        "POST /user_catalogs",
    ),
    rule("account:catalog:list", SERVICE, "The same for all", "POST /service/user_catalogs"),
    rule("account:statistics:show", ADMIN, "See how much is used", "GET /admin/stats/detail"),
]
