# SPDX-License-Identifier: Apache-2.0
"""Who may ask for what; services are users with the role ``service``."""

from synnefo_core.policy import AUTHENTICATED, rule

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
]
