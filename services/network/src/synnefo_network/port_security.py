# SPDX-License-Identifier: Apache-2.0
"""Whether a port's traffic is filtered, by which groups, and what else may come from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, InvalidField, NotFound
from synnefo_network import group_rows, macs, security_groups
from synnefo_network.devices import OWN
from synnefo_network.errors import Unsecured
from synnefo_network.models import NetworkRow, PortGroupRow, SecurityGroupRow
from synnefo_network.nodes import changes
from synnefo_network.values import AddressPair, PortSpec


def is_secured(network: NetworkRow, spec: PortSpec) -> bool:
    """Return whether the traffic of a new port is filtered; of the cloud's own it is not."""
    if spec.is_secured is not None:
        return spec.is_secured
    return network.is_port_secured and not spec.device_owner.startswith(OWN)


def groups_of_new(
    context: RequestContext,
    session: Session,
    spec: PortSpec,
    *,
    project_id: str,
    default_id: str | None,
    is_secured: bool,
) -> dict[str, str]:
    """Return the names of a new port's groups by id: those that it wants, or its project's default.

    ``default_id`` is the latter's, None if the project has none yet.

    Raises:
        NotFound: There is no such group, or the caller may not see it.
        Unsecured: It is to have groups or pairs without being filtered.
    """
    require_possible(is_secured, spec.security_group_ids or (), spec.address_pairs)
    if spec.security_group_ids is not None:
        return require_groups(context, session, spec.security_group_ids)
    if not is_secured:
        return {}
    group_id = default_id or security_groups.default_of(context, session, project_id)
    return {group_id: security_groups.DEFAULT}


def require_possible(is_secured: bool, group_ids: Collection[str], pairs: Sequence[Any]) -> None:
    """Refuse groups and pairs of a port that is not filtered.

    Raises:
        Unsecured: It has some.
    """
    if is_secured or not (group_ids or pairs):
        return
    what = "security groups" if group_ids else "allowed address pairs"
    raise Unsecured(f"a port without port security can't have {what}")


def require_groups(
    context: RequestContext, session: Session, group_ids: Sequence[str]
) -> dict[str, str]:
    """Return the names of groups that the caller may use, by id and in the order of their ids.

    Raises:
        NotFound: There is no such group, or the caller may not see it.
    """
    wanted = set(group_ids)
    visible = group_rows.visible(context)
    query = select(SecurityGroupRow.id, SecurityGroupRow.name).order_by(SecurityGroupRow.id)
    found = session.execute(query.where(SecurityGroupRow.id.in_(wanted), *visible))
    names: dict[str, str] = {row.id: row.name for row in found}
    missing = wanted - names.keys()
    if missing:
        raise NotFound("security group", min(missing))
    return names


def join(session: Session, port_id: str, group_ids: Iterable[str]) -> None:
    """Have groups apply to a port.

    Raises:
        Conflict: One was deleted meanwhile.
    """
    rows = [{"port_id": port_id, "group_id": group_id} for group_id in group_ids]
    if not rows:
        return
    try:
        session.execute(insert(PortGroupRow), rows)
    except IntegrityError as cause:
        raise Conflict(f"a security group of port {port_id} was deleted meanwhile") from cause


def leave(session: Session, port_ids: Sequence[str]) -> None:
    """Have no group apply to some ports."""
    changes.note_leaving(session, port_ids)
    session.execute(delete(PortGroupRow).where(PortGroupRow.port_id.in_(port_ids)))


def groups_of(session: Session, port_ids: Iterable[str]) -> Mapping[str, dict[str, str]]:
    """Return the names of many ports' groups by port and id, in the order of their ids."""
    found: dict[str, dict[str, str]] = {}
    query = (
        select(PortGroupRow.port_id, PortGroupRow.group_id, SecurityGroupRow.name)
        .join(SecurityGroupRow, SecurityGroupRow.id == PortGroupRow.group_id)
        .where(PortGroupRow.port_id.in_(list(port_ids)))
        .order_by(PortGroupRow.group_id)
    )
    for port_id, group_id, name in session.execute(query):
        found.setdefault(port_id, {})[group_id] = name
    return found


MOST_PAIRS = 10
"""So many other addresses a port sends from at most."""


def parse_pairs(pairs: Sequence[AddressPair], mac: str) -> list[list[str]]:
    """Return pairs as they are stored: MAC address, address or range.

    Raises:
        InvalidField: One makes no sense or is there twice, or there are too many.
    """
    if len(pairs) > MOST_PAIRS:
        problem = f"no more than {MOST_PAIRS} are possible"
        raise InvalidField("allowed_address_pairs", problem)
    parsed = [
        [mac if pair.mac is None else macs.parse(pair.mac), _source(pair.ip)] for pair in pairs
    ]
    for number, pair in enumerate(parsed):
        if pair in parsed[:number]:
            problem = f"{pair[1]} with {pair[0]} is there twice"
            raise InvalidField("allowed_address_pairs", problem)
    return parsed


def _source(text: str) -> str:
    try:
        if "%" in text:
            raise ValueError(text)
        return str(ip_network(text)) if "/" in text else str(ip_address(text))
    except ValueError as cause:
        problem = f"{text!r} is neither an address nor a range of addresses"
        raise InvalidField("allowed_address_pairs", problem) from cause
