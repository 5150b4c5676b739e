# SPDX-License-Identifier: Apache-2.0
"""The quota ledger: who may use how much, and who uses how much.

A holding is (holder, source, resource) with a limit and a usage. Charging a user in a
project changes two: ``user:ID`` with the project as source, and ``project:ID`` (AST-060, 070).
"""

from synnefo_quota import commissions
from synnefo_quota.commissions import Commission, Provision, Resolution
from synnefo_quota.ledger import Holding, charge, holdings, left, set_limit
from synnefo_quota.overview import of_projects, of_user
from synnefo_quota.resources import resources
from synnefo_quota.verify import Difference, verify

__all__ = [
    "Commission",
    "Difference",
    "Holding",
    "Provision",
    "Resolution",
    "charge",
    "commissions",
    "holdings",
    "left",
    "of_projects",
    "of_user",
    "resources",
    "set_limit",
    "verify",
]
