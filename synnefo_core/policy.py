# SPDX-License-Identifier: Apache-2.0
"""Who may call what: oslo.policy with defaults in code.

The roles form a ladder (admin > manager > member > reader); tokens carry the implied ones,
so a rule names the lowest role that may.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oslo_config import cfg
from oslo_policy import policy

from synnefo_core.errors import Forbidden

if TYPE_CHECKING:
    from synnefo_core.context import RequestContext
    from synnefo_core.plugins import Plugins

ANYONE = "@"
AUTHENTICATED = "rule:authenticated"
READER = "rule:project_reader"
MEMBER = "rule:project_member"
MANAGER = "rule:project_manager"
ADMIN = "rule:admin"

KNOWN_S = 1.0
"""How long an answer is remembered: so late a changed ``policy.yaml`` counts."""

_LADDER = [
    policy.RuleDefault("admin", "role:admin", "An administrator of the cloud"),
    policy.RuleDefault("authenticated", "not user_id:", "Anyone with a valid token"),
    policy.RuleDefault(
        "project_reader",
        "rule:admin or (role:reader and project_id:%(project_id)s)",
        "May look at what a project has",
    ),
    policy.RuleDefault(
        "project_member",
        "rule:admin or (role:member and project_id:%(project_id)s)",
        "May use a project",
    ),
    policy.RuleDefault(
        "project_manager",
        "rule:admin or (role:manager and project_id:%(project_id)s)",
        "May manage a project",
    ),
]


def rule(name: str, check: str, description: str, *operations: str) -> policy.DocumentedRuleDefault:
    """Return a default rule; an operation is written as ``"GET /servers"``."""
    split = [operation.split(" ", 1) for operation in operations]
    return policy.DocumentedRuleDefault(
        name=name,
        check_str=check,
        description=description,
        operations=[{"method": method, "path": path} for method, path in split],
    )


class Policy:
    """The rules of this cloud: defaults of all plugins under the operator's ``DIR/policy.yaml``."""

    def __init__(self, config: cfg.ConfigOpts, plugins: Plugins) -> None:
        """Collect the defaults.

        Raises:
            oslo_policy.policy.DuplicatePolicyError: Two plugins have a rule of one name.
        """
        own = Path(config.data_dir).expanduser() / "policy.yaml"
        self._enforcer = policy.Enforcer(config, policy_file=str(own))
        self._enforcer.suppress_default_change_warnings = True
        self._enforcer.suppress_deprecation_warnings = True
        self._enforcer.register_defaults(_LADDER)
        for answer in plugins.hook.policies():
            self._enforcer.register_defaults(list(answer))
        self._known: dict[tuple[Any, ...], bool] = {}
        self._forget_at = 0.0

    def has(self, name: str) -> bool:
        """Return whether a plugin has a rule of this name."""
        return name in self._enforcer.registered_rules

    def allows(self, context: RequestContext, name: str, *, project_id: str | None = None) -> bool:
        """Return whether the caller passes a rule for things of a project (its own: None)."""
        target = context.project_id if project_id is None else project_id
        # All that a rule can look at. To ask oslo.policy takes longer than most requests: it
        # looks for changed files and at the signature of every check.
        asked = (name, context.user_id, context.project_id, context.roles, target)
        known = self._answers()
        answer = known.get(asked)
        if answer is None:
            answer = known[asked] = self._ask(context, name, target)
        return answer

    def _answers(self) -> dict[tuple[Any, ...], bool]:
        """Return what was answered a moment ago."""
        now = time.monotonic()
        if now >= self._forget_at:
            self._known, self._forget_at = {}, now + KNOWN_S
        return self._known

    def _ask(self, context: RequestContext, name: str, project_id: str) -> bool:
        credentials = {
            "user_id": context.user_id,
            "project_id": context.project_id,
            "roles": list(context.roles),
        }
        return bool(self._enforcer.authorize(name, {"project_id": project_id}, credentials))

    def require(self, context: RequestContext, name: str, *, project_id: str | None = None) -> None:
        """Refuse a caller who does not pass a rule.

        Raises:
            Forbidden: The message names the rule, which is no secret.
        """
        if not self.allows(context, name, project_id=project_id):
            msg = f"your roles do not allow {name}"
            raise Forbidden(msg)
