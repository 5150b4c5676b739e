# SPDX-License-Identifier: Apache-2.0
"""Subnet pools: ranges from which subnets are cut, so that no two are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, Forbidden, InvalidField, NotFound
from synnefo_network import (
    address_scopes,
    claims,
    networks,
    policies,
    prefixes,
    ranges,
    tag_filters,
)
from synnefo_network.models import SubnetRow
from synnefo_network.pages import select_page
from synnefo_network.pool_errors import (
    PoolExhausted,
    PoolInUse,
    PoolQuotaExceeded,
    PrefixesLost,
    ScopesOverlap,
)
from synnefo_network.pool_models import SubnetPoolRow
from synnefo_network.pool_values import SubnetPool, SubnetPoolChanges, SubnetPoolSpec
from synnefo_network.values import Listing, SubnetSpec

_LENGTHS = {4: (8, 32), 6: (64, 128)}
"""The shortest and the longest prefix of subnets of a pool that names none."""

_COLUMNS = {
    "id": SubnetPoolRow.id,
    "name": SubnetPoolRow.name,
    "description": SubnetPoolRow.description,
    "project_id": SubnetPoolRow.project_id,
    "ip_version": SubnetPoolRow.ip_version,
    "min_length": SubnetPoolRow.min_length,
    "max_length": SubnetPoolRow.max_length,
    "default_length": SubnetPoolRow.default_length,
    "is_shared": SubnetPoolRow.is_shared,
    "is_default": SubnetPoolRow.is_default,
    "scope_id": SubnetPoolRow.scope_id,
    "revision": SubnetPoolRow.revision,
    "created_at": SubnetPoolRow.created_at,
    "updated_at": SubnetPoolRow.updated_at,
}


def _visible(context: RequestContext) -> list[ColumnElement[bool]]:
    if context.is_admin:
        return []
    return [or_(SubnetPoolRow.project_id == context.project_id, SubnetPoolRow.is_shared)]


def create_subnet_pool(context: RequestContext, spec: SubnetPoolSpec) -> SubnetPool:
    """Make a pool.

    Raises:
        Conflict: There is a default pool of this IP version already.
        Forbidden: Only administrators share one, make it the default or another's.
        InvalidField: A prefix is none, or the lengths make no sense.
        NotFound: There is no such address scope.
        ScopesOverlap: It overlaps another pool of the scope.
    """
    if spec.is_shared or spec.is_default:
        context.cloud.policy.require(context, policies.PUBLISH)
    parsed = prefixes.parse(spec.prefixes)
    version = parsed[0].version
    shortest, longest = _LENGTHS[version]
    min_length = shortest if spec.min_length is None else spec.min_length
    now = context.now()
    with context.unit_of_work() as session:
        row = SubnetPoolRow(
            id=new_id(),
            project_id=networks.owner_of(context, spec.project_id),
            name=spec.name,
            description=spec.description,
            ip_version=version,
            prefixes=[str(one) for one in parsed],
            min_length=min_length,
            max_length=longest if spec.max_length is None else spec.max_length,
            default_length=min_length if spec.default_length is None else spec.default_length,
            default_quota=spec.default_quota,
            is_shared=spec.is_shared,
            is_default=spec.is_default,
            scope_id=spec.scope_id,
            revision=1,
            created_at=now,
            updated_at=now,
        )
        _require_sense(context, session, row)
        session.add(row)
        return _shown(row)


def _require_sense(context: RequestContext, session: Session, row: SubnetPoolRow) -> None:
    """Refuse lengths, a second default and a scope that a pool can't have."""
    bits = _LENGTHS[row.ip_version][1]
    if not 0 <= row.min_length <= row.default_length <= row.max_length <= bits:
        problem = f"must be 0 <= min_prefixlen <= default_prefixlen <= max_prefixlen <= {bits}"
        raise InvalidField("default_prefixlen", problem)
    if row.is_default:
        claims.wait(session, "default subnet pool")
        other = select(SubnetPoolRow.id).where(
            SubnetPoolRow.is_default,
            SubnetPoolRow.ip_version == row.ip_version,
            SubnetPoolRow.id != row.id,
        )
        if session.scalar(other.limit(1)):
            raise Conflict(f"there is a default subnet pool of IPv{row.ip_version} already")
    if row.scope_id is not None:
        _require_alone(context, session, row, row.scope_id)


def _require_alone(
    context: RequestContext, session: Session, row: SubnetPoolRow, scope_id: str
) -> None:
    scope = address_scopes.lock(context, session, scope_id)
    if scope.ip_version != row.ip_version:
        raise InvalidField("address_scope_id", "the address scope is of the other IP version")
    others = select(SubnetPoolRow.prefixes).where(
        SubnetPoolRow.scope_id == scope_id, SubnetPoolRow.id != row.id
    )
    there = [ip_network(text) for texts in session.scalars(others) for text in texts]
    if any(ip_network(text).overlaps(one) for text in row.prefixes for one in there):
        raise ScopesOverlap(scope_id)


def show_subnet_pool(context: RequestContext, pool_id: str) -> SubnetPool:
    """Return a pool.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        row = session.scalar(
            select(SubnetPoolRow).where(SubnetPoolRow.id == pool_id, *_visible(context))
        )
        if row is None:
            raise NotFound("subnet pool", pool_id)
        return _shown(row)


def list_subnet_pools(context: RequestContext, listing: Listing) -> list[SubnetPool]:
    """Return a page of the pools that the caller may see."""
    with context.reading() as session:
        rows = select_page(
            session,
            SubnetPoolRow,
            listing,
            noun="subnet pool",
            columns=_COLUMNS,
            visible=_visible(context),
        )
        return [_shown(row) for row in rows]


def update_subnet_pool(
    context: RequestContext, pool_id: str, changes: SubnetPoolChanges
) -> SubnetPool:
    """Change a pool and return it; subnets that were cut from it stay as they are.

    Raises:
        Conflict: There is another default pool of this IP version.
        Forbidden: It is another's, or only administrators may do this.
        InvalidField: A value makes no sense.
        NotFound: There is no such pool or scope, or the caller may not see it.
        PrefixesLost: A prefix would go.
        ScopesOverlap: It would overlap another pool of the scope.
    """
    if changes.get("is_default"):
        context.cloud.policy.require(context, policies.PUBLISH)
    with context.unit_of_work() as session, session.no_autoflush:
        row = _lock_own(context, session, pool_id)
        if "prefixes" in changes:
            _grow(row, prefixes.parse(changes["prefixes"]))
        for name, value in changes.items():
            if name != "prefixes":
                setattr(row, name, value)
        _require_sense(context, session, row)
        _touch(context, row)
        return _shown(row)


def _grow(row: SubnetPoolRow, wanted: Sequence[ranges.Range]) -> None:
    if not all(prefixes.holds(wanted, ip_network(had)) for had in row.prefixes):
        raise PrefixesLost(row.id)
    row.prefixes = [str(one) for one in wanted]


def _touch(context: RequestContext, row: SubnetPoolRow) -> None:
    row.revision += 1
    row.updated_at = context.now()


def add_prefixes(context: RequestContext, pool_id: str, more: Sequence[str]) -> SubnetPool:
    """Give a pool more ranges.

    Raises:
        Forbidden: It is another's.
        InvalidField: One is no CIDR, or of the other IP version.
        NotFound: There is no such pool, or the caller may not see it.
        ScopesOverlap: It would overlap another pool of the scope.
    """
    with context.unit_of_work() as session, session.no_autoflush:
        row = _lock_own(context, session, pool_id)
        parsed = prefixes.parse([*row.prefixes, *more])
        row.prefixes = [str(one) for one in parsed]
        _require_sense(context, session, row)
        _touch(context, row)
        return _shown(row)


def remove_prefixes(context: RequestContext, pool_id: str, going: Sequence[str]) -> SubnetPool:
    """Take ranges from a pool.

    Raises:
        Forbidden: It is another's.
        InvalidField: One is no CIDR, or of the other IP version.
        NotFound: There is no such pool, or the caller may not see it.
        PoolInUse: A subnet was cut from one of them.
    """
    with context.unit_of_work() as session:
        row = _lock_own(context, session, pool_id)
        had = prefixes.parse(row.prefixes)
        gone = prefixes.parse(going)
        prefixes.parse([*row.prefixes, *going])
        if any(one.overlaps(other) for one in _taken(session, pool_id) for other in gone):
            raise PoolInUse(pool_id)
        row.prefixes = [str(one) for one in prefixes.without(had, gone)]
        _touch(context, row)
        return _shown(row)


def delete_subnet_pool(context: RequestContext, pool_id: str) -> None:
    """Delete a pool.

    Raises:
        Forbidden: It is another's.
        NotFound: There is none, or the caller may not see it.
        PoolInUse: Subnets were cut from it.
    """
    with context.unit_of_work() as session:
        row = _lock_own(context, session, pool_id)
        if _taken(session, pool_id):
            raise PoolInUse(pool_id)
        tag_filters.forget(session, [row.id])
        session.delete(row)


def _lock_own(context: RequestContext, session: Session, pool_id: str) -> SubnetPoolRow:
    row = _lock(context, session, SubnetPoolRow.id == pool_id, pool_id)
    if not context.is_admin and row.project_id != context.project_id:
        msg = f"subnet pool {pool_id} belongs to another project"
        raise Forbidden(msg)
    return row


def _lock(
    context: RequestContext, session: Session, where: ColumnElement[bool], named: str
) -> SubnetPoolRow:
    query = select(SubnetPoolRow).where(where, *_visible(context))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFound("subnet pool", named)
    return row


def _taken(session: Session, pool_id: str) -> list[ranges.Range]:
    query = select(SubnetRow.cidr).where(SubnetRow.pool_id == pool_id)
    return [ip_network(cidr) for cidr in session.scalars(query)]


ANY_POOL = "any"
"""Instead of a pool's id: the default pool of the IP version."""


def allot(context: RequestContext, session: Session, spec: SubnetSpec) -> SubnetSpec:
    """Return a subnet to be made with its range, cut from the pool that it names.

    The pool is locked until the end of the unit of work, so no two get the same.

    Raises:
        InvalidField: The pool is of the other IP version, or gives no prefixes of this length.
        NotFound: There is no such pool, or the caller may not see it.
        PoolExhausted: It has no such range left.
        PoolQuotaExceeded: The project has as much of it as it may.
    """
    if spec.pool_id == ANY_POOL:
        is_meant = SubnetPoolRow.is_default & (SubnetPoolRow.ip_version == spec.ip_version)
        row = _lock(context, session, is_meant, "by default")
    else:
        row = _lock(context, session, SubnetPoolRow.id == spec.pool_id, spec.pool_id or "")
    if row.ip_version != spec.ip_version:
        raise InvalidField("subnetpool_id", f"the pool is of IP version {row.ip_version}")
    cidr = _cut(session, row, spec)
    _require_share(session, row, [cidr], spec.project_id or context.project_id)
    return replace(spec, cidr=str(cidr), pool_id=row.id)


def _cut(session: Session, row: SubnetPoolRow, spec: SubnetSpec) -> ranges.Range:
    asked = ranges.parse_cidr(spec.cidr, spec.ip_version) if spec.cidr else None
    length = row.default_length if spec.prefix_length is None else spec.prefix_length
    length = length if asked is None else asked.prefixlen
    if not row.min_length <= length <= row.max_length:
        problem = f"must be from {row.min_length} to {row.max_length} in this pool, not {length}"
        raise InvalidField("prefixlen", problem)
    taken, there = _taken(session, row.id), prefixes.parse(row.prefixes)
    if asked is None:
        found = prefixes.first_free(there, taken, length)
        if found is None:
            raise PoolExhausted(row.id, f"/{length}")
        return found
    if not prefixes.holds(there, asked) or any(asked.overlaps(one) for one in taken):
        raise PoolExhausted(row.id, str(asked))
    return asked


def require_shares(session: Session, coming: Sequence[SubnetRow], project_id: str) -> None:
    """Refuse to give a project subnets that are more of their pools than it may have.

    The pools are locked until the end of the unit of work.

    Raises:
        PoolQuotaExceeded: It would have more of one.
    """
    cut: dict[str, list[ranges.Range]] = defaultdict(list)
    for subnet in coming:
        if subnet.pool_id is not None:
            cut[subnet.pool_id].append(ip_network(subnet.cidr))
    query = select(SubnetPoolRow).where(SubnetPoolRow.id.in_(cut)).order_by(SubnetPoolRow.id)
    for row in session.scalars(query.with_for_update()).all() if cut else ():
        _require_share(session, row, cut[row.id], project_id)


def _require_share(
    session: Session, row: SubnetPoolRow, coming: Sequence[ranges.Range], project_id: str
) -> None:
    if row.default_quota is None:
        return
    query = select(SubnetRow.cidr).where(
        SubnetRow.pool_id == row.id, SubnetRow.project_id == project_id
    )
    used = sum(prefixes.units(ip_network(one)) for one in session.scalars(query))
    if used + sum(map(prefixes.units, coming)) > row.default_quota:
        raise PoolQuotaExceeded(row.id)


def _shown(row: SubnetPoolRow) -> SubnetPool:
    return SubnetPool(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        description=row.description,
        ip_version=row.ip_version,
        prefixes=tuple(row.prefixes),
        min_length=row.min_length,
        max_length=row.max_length,
        default_length=row.default_length,
        default_quota=row.default_quota,
        is_shared=row.is_shared,
        is_default=row.is_default,
        scope_id=row.scope_id,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
