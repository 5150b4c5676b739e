# SPDX-License-Identifier: Apache-2.0
"""What this API serves: one row for each method and path."""

from synnefo_api_account.handlers import (
    catalogs,
    commissions,
    invitations,
    memberships,
    methods,
    oauth2,
    profile,
    projects,
    quotas,
    registrations,
    site,
    statistics,
    terms,
    users,
)
from synnefo_api_account.schemas import (
    commission,
    invitation as guest,
    method,
    oauth2 as grant,
    profile as own,
    project,
    registration,
    site as page,
    terms as version,
    user,
)
from synnefo_core.contracts.api import Route

# fmt: off
ROUTES = [
    #     method    path                            handler                   rule                           status
    Route("GET",    "/resources",                   quotas.resources,         is_public=True),
    Route("GET",    "/quotas",                      quotas.mine,              "account:quota:list"),
    Route("GET",    "/service_quotas",              quotas.of_users,          "account:quota:list_users"),
    Route("GET",    "/service_project_quotas",      quotas.of_projects,       "account:quota:list_projects"),

    Route("GET",    "/commissions",                 commissions.index,        "account:commission:list"),
    Route("POST",   "/commissions",                 commissions.issue,        "account:commission:issue",    201, commission.ISSUE),
    Route("POST",   "/commissions/action",          commissions.resolve_many, "account:commission:resolve",  200, commission.RESOLVE_MANY),
    Route("GET",    "/commissions/{serial:[0-9]+}", commissions.show,         "account:commission:show"),
    Route("POST",   "/commissions/{serial:[0-9]+}/action", commissions.resolve, "account:commission:resolve", 200, commission.RESOLVE),

    Route("POST",   "/registrations",               registrations.create,     None,                          202, registration.CREATE, is_public=True),
    Route("POST",   "/registrations/reminder",      registrations.remind,     None,                          202, registration.REMIND, is_public=True),
    Route("POST",   "/registrations/verification",  registrations.verify,     None,                          200, registration.VERIFY, is_public=True),
    Route("POST",   "/registrations/invitation",    invitations.read,         None,                          200, registration.VERIFY, is_public=True),
    Route("GET",    "/registrations",               registrations.index,      "account:registration:list"),
    Route("GET",    "/registrations/{registration_id}", registrations.show,   "account:registration:show"),
    Route("DELETE", "/registrations/{registration_id}", registrations.delete, "account:registration:delete", 204),
    Route("POST",   "/registrations/{registration_id}/action", registrations.act, "account:registration:act", 200, registration.ACTION),

    Route("GET",    "/invitations",                 invitations.index,        "account:invitation:send"),
    Route("POST",   "/invitations",                 invitations.send,         "account:invitation:send",     201, guest.SEND),

    Route("GET",    "/users",                       users.index,              "account:user:list",           query=user.QUERY),
    Route("GET",    "/users/detail",                users.detail,             "account:user:list",           query=user.QUERY),
    Route("POST",   "/users",                       users.create,             "account:user:create",         201, user.CREATE),
    Route("PUT",    "/users/{user_id}",             users.update,             "account:user:update",         200, user.UPDATE),
    Route("GET",    "/users/{user_id}",             users.show,               "account:user:show"),
    Route("POST",   "/users/{user_id}/action",      users.act,                "account:user:act",            200, user.ACTION),

    Route("GET",    "/oauth2/auth",                 oauth2.ask,               "account:oauth2:allow",         query=grant.WISH),
    Route("POST",   "/oauth2/auth",                 oauth2.answer,            "account:oauth2:allow",         200, grant.ANSWER),
    Route("POST",   "/oauth2/token",                oauth2.exchange,          body=grant.EXCHANGE, is_form=True, is_public=True),

    Route("GET",    "/methods",                     methods.mine,             "account:method:list"),
    Route("POST",   "/methods/{method}",            methods.add,              "account:method:change",        204, method.ADD),
    Route("POST",   "/methods/{method}/trip",       methods.begin_trip,       "account:method:change",        200, method.TRIP),
    Route("POST",   "/methods/{method}/registrations", methods.register,      None,                          202, method.REGISTER, is_public=True),
    Route("DELETE", "/methods/{method}",            methods.remove,           "account:method:change",        204),
    Route("GET",    "/users/{user_id}/methods",     methods.of_user,          "account:method:list_users"),
    Route("DELETE", "/users/{user_id}/methods/{method}", methods.remove_of_user, "account:method:change_users", 204),

    # Memberships first: their path is also that of a project of this id.
    Route("GET",    "/projects/memberships",        memberships.index,        "account:membership:list",     query=project.MEMBER_LIST),
    Route("POST",   "/projects/memberships",        memberships.come,         "account:membership:come",     200, project.COME),
    Route("GET",    "/projects/memberships/{membership_id:[0-9]+}", memberships.show, "account:membership:show"),
    Route("POST",   "/projects/memberships/{membership_id:[0-9]+}/action", memberships.act, "account:membership:act", 200, project.MEMBER_ACTION),

    Route("GET",    "/projects",                    projects.index,           "account:project:list",        query=project.LIST),
    Route("POST",   "/projects",                    projects.apply,           "account:project:apply",       201, project.WISH),
    Route("GET",    "/projects/{project_id}",       projects.show,            "account:project:show"),
    Route("PUT",    "/projects/{project_id}",       projects.modify,          "account:project:modify",      201, project.WISH),
    Route("POST",   "/projects/{project_id}/action", projects.act,            "account:project:act",         200, project.ACTION),

    Route("GET",    "/profile",                     profile.show,             "account:profile:show"),
    Route("PUT",    "/profile",                     profile.update,           "account:profile:update",      200, own.UPDATE),
    Route("POST",   "/profile/action",              profile.act,              "account:profile:update",      200, own.ACTION),
    Route("POST",   "/profile/email",               profile.ask_to_move,      "account:profile:update",      202, own.MOVE),
    Route("POST",   "/profile/email/confirmation",  profile.move,             None,                          200, registration.VERIFY, is_public=True),
    Route("POST",   "/password_resets",             profile.ask_for_reset,    None,                          202, registration.REMIND, is_public=True),
    Route("POST",   "/password_resets/confirmation", profile.reset,           None,                          204, own.RESET, is_public=True),
    Route("POST",   "/myaccount/default_project",   profile.choose_project,   "account:profile:update",      200, own.PROJECT),
    Route("POST",   "/feedback",                    profile.feed_back,        "account:feedback:send",       200, own.FEEDBACK),

    Route("GET",    "/site",                        site.show,                is_public=True),
    Route("GET",    "/weblogin",                    site.depart,              query=page.DEPART, is_public=True),
    Route("GET",    "/weblogin/login",              site.depart,              query=page.DEPART, is_public=True),
    Route("POST",   "/weblogin",                    site.arrive,              "account:weblogin:arrive",     200, page.ARRIVE),

    Route("GET",    "/terms",                       terms.show,               is_public=True),
    Route("POST",   "/terms",                       terms.publish,            "account:terms:publish",       201, version.PUBLISH),
    Route("POST",   "/terms/agreement",             terms.agree,              "account:terms:agree",         204, version.AGREE),

    Route("POST",   "/user_catalogs",               catalogs.look_up,         "account:catalog:show",        200, own.CATALOG),
    Route("POST",   "/service/user_catalogs",       catalogs.look_up_all,     "account:catalog:list",        200, own.CATALOG),

    Route("GET",    "/admin/stats",                 statistics.show,          is_public=True),
    Route("GET",    "/admin/stats/detail",          statistics.detail,        "account:statistics:show"),
]

USERS = [
    Route("GET",    "/",                            users.index,              "account:user:list",           query=user.QUERY),
    Route("GET",    "/detail",                      users.detail,             "account:user:list",           query=user.QUERY),
    Route("POST",   "/",                            users.create,             "account:user:create",         200, user.CREATE),
    Route("PUT",    "/{user_id}",                   users.update,             "account:user:update",         200, user.UPDATE),
    Route("GET",    "/{user_id}",                   users.show,               "account:user:show"),
    Route("POST",   "/{user_id}/action",            users.act,                "account:user:act",            200, user.ACTION),
]
"""Users where the original's clients look for them, and with its status (AST-106)."""

BAR = [
    Route("GET",    "/get_services",                site.services,            is_public=True),
    Route("GET",    "/get_menu",                    site.menu,                is_public=True),
]
"""What a bar over the pages of all components shows, where the original had it (AST-052)."""
# fmt: on
