# SPDX-License-Identifier: Apache-2.0
"""The quota ledger: who may use how much, and who uses how much.

A holding is (holder, source, resource) with a limit and a usage. Charging a user in a
project changes two: ``user:ID`` with the project as source, and ``project:ID`` (AST-060, 070).
"""

from synnefo_quota import declared, enforcement
from synnefo_quota.commissions import (
    Commission,
    Resolution,
    ResolvedOtherwise,
    issue as issue_commission,
    pending as pending_commissions,
    resolve as resolve_commission,
    resolve_many as resolve_commissions,
    show as show_commission,
)
from synnefo_quota.explanation import Explanation, explain
from synnefo_quota.ledger import Holding, charge, holdings, left, set_limit
from synnefo_quota.overview import (
    Shares,
    Total,
    default_limits,
    of_projects,
    of_user,
    of_users,
    totals,
    used_by_users,
)
from synnefo_quota.provisions import NothingToGiveBack, Provision, ProvisionRefused
from synnefo_quota.quota_sets import NO_LIMIT, Quota, QuotaSet, QuotaSets
from synnefo_quota.registry import require_holders, require_people, resources
from synnefo_quota.verify import (
    Difference,
    WrongLimit,
    correct as correct_usage,
    correct_limits,
    set_limit_by_hand,
    verify,
    verify_limits,
)

__all__ = [
    "NO_LIMIT",
    "Commission",
    "Difference",
    "Explanation",
    "Holding",
    "NothingToGiveBack",
    "Provision",
    "ProvisionRefused",
    "Quota",
    "QuotaSet",
    "QuotaSets",
    "Resolution",
    "ResolvedOtherwise",
    "Shares",
    "Total",
    "WrongLimit",
    "charge",
    "correct_limits",
    "correct_usage",
    "declared",
    "default_limits",
    "enforcement",
    "explain",
    "holdings",
    "issue_commission",
    "left",
    "of_projects",
    "of_user",
    "of_users",
    "pending_commissions",
    "require_holders",
    "require_people",
    "resolve_commission",
    "resolve_commissions",
    "resources",
    "set_limit",
    "set_limit_by_hand",
    "show_commission",
    "totals",
    "used_by_users",
    "verify",
    "verify_limits",
]
