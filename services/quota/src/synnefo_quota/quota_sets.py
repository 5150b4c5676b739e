# SPDX-License-Identifier: Apache-2.0
"""Quotas by the names of an API: read from the ledger, set there by administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synnefo_core.context import RequestContext
from synnefo_core.contracts import quota as contract
from synnefo_core.errors import Invalid, InvalidField, NotFound, Unbuilt
from synnefo_quota.ledger import Holding
from synnefo_quota.overview import default_limits, of_projects, of_user
from synnefo_quota.registry import require_people
from synnefo_quota.verify import set_limit_by_hand

NO_LIMIT = -1
"""How OpenStack's APIs write that there is no limit."""


@dataclass(frozen=True)
class Quota:
    """How many there may be, are, and are promised to commissions that are pending."""

    limit: int
    in_use: int = 0
    reserved: int = 0


QuotaSet = Mapping[str, Quota]
"""By an API's names."""


@dataclass(frozen=True)
class QuotaSets:
    """The quotas that an API knows.

    Attributes:
        counted: The ledger's resource, and how much of it is one of the API's, by the API's name.
        constant: Returns the limits that are the same for every project.
    """

    counted: Mapping[str, tuple[str, int]]
    constant: Callable[[RequestContext], Mapping[str, int]]

    def show(self, context: RequestContext, project_id: str, *, user_id: str = "") -> QuotaSet:
        """Return the quotas of a project, or of a user in it.

        Raises:
            Invalid: There is no such project or user.
        """
        _require_there(context, project_id, user_id)
        held = _holdings(context, project_id, user_id)
        counted = {name: _quota(held[known], unit) for name, (known, unit) in self.counted.items()}
        return {**self._constants(context), **counted}

    def _constants(self, context: RequestContext) -> QuotaSet:
        return {name: Quota(limit) for name, limit in self.constant(context).items()}

    def defaults(self, context: RequestContext, project_id: str) -> QuotaSet:
        """Return the quotas of a project for which nobody has set any.

        Raises:
            Invalid: There is no such project.
        """
        _require_there(context, project_id)
        found = default_limits(context, project_id)
        counted = {
            name: Quota(_in_units(found[r], unit)) for name, (r, unit) in self.counted.items()
        }
        return {**self._constants(context), **counted}

    def update(
        self,
        context: RequestContext,
        project_id: str,
        limits: Mapping[str, int],
        *,
        user_id: str = "",
        is_forced: bool = False,
    ) -> QuotaSet:
        """Set limits of a project, or of a user in it; return all quotas.

        Args:
            context: An administrator's.
            project_id: Whose.
            limits: By the API's names, -1 for none.
            user_id: Limit this user's share of the project.
            is_forced: Whether a limit may be below what is used; then nothing grows.

        Raises:
            Invalid: There is no such project or user, or a limit is below what is used.
            Conflict: A limit follows from what was granted to the project.
            Unbuilt: This cloud has no such quota.
        """
        now = self.show(context, project_id, user_id=user_id)
        wanted = {name: limit for name, limit in limits.items() if limit != now[name].limit}
        for name, limit in wanted.items():
            self._check(name, limit, now[name], is_forced=is_forced)
        with context.unit_of_work():
            for name, limit in sorted(wanted.items()):
                resource, unit = self.counted[name]
                amount = contract.UNLIMITED if limit == NO_LIMIT else limit * unit
                set_limit_by_hand(
                    context, project_id=project_id, user_id=user_id, resource=resource, limit=amount
                )
        return self.show(context, project_id, user_id=user_id)

    def reset(self, context: RequestContext, project_id: str, *, user_id: str = "") -> None:
        """Give a project, or a user in it, the limits back that it has by default.

        Raises:
            Invalid: There is no such project or user.
            Conflict: A limit that was to change follows from what was granted to the project.
        """
        standard = {name: each.limit for name, each in self.defaults(context, project_id).items()}
        limits = dict.fromkeys(standard, NO_LIMIT) if user_id else standard
        counted = {name: limits[name] for name in self.counted}
        self.update(context, project_id, counted, user_id=user_id, is_forced=True)

    def _check(self, name: str, limit: int, now: Quota, *, is_forced: bool) -> None:
        if name not in self.counted:
            what = f"a limit of {name}"
            raise Unbuilt(what)
        taken = now.in_use + now.reserved
        if limit != NO_LIMIT and limit < taken and not is_forced:
            field = f"quota_set.{name}"
            raise InvalidField(field, f"{taken} are used or reserved already")


def _require_there(context: RequestContext, project_id: str, user_id: str = "") -> None:
    user_ids = [user_id] if user_id else []
    try:
        require_people(context.cloud, user_ids=user_ids, project_ids=[project_id])
    except NotFound as cause:
        msg = f"{cause.noun} ID {cause.name} is not a valid {cause.noun}"
        raise Invalid(msg) from cause


def _holdings(context: RequestContext, project_id: str, user_id: str) -> Mapping[str, Holding]:
    if not user_id:
        return of_projects(context, [project_id])[project_id]
    shares = of_user(context, user_id, also=[project_id], is_hidden=True)[project_id]
    return {name: share.user for name, share in shares.items()}


def _quota(holding: Holding, unit: int) -> Quota:
    return Quota(
        limit=_in_units(holding.limit, unit),
        in_use=(holding.usage - holding.pending) // unit,
        reserved=holding.pending // unit,
    )


def _in_units(limit: int, unit: int) -> int:
    return NO_LIMIT if limit == contract.UNLIMITED else limit // unit
