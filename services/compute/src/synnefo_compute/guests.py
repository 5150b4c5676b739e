# SPDX-License-Identifier: Apache-2.0
"""What is said of servers to those who tell nodes of their ports: where they are, what they are told.

Passwords and injected files are not in it: these are on the volume of the first boot only.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_network
from synnefo_compute.first_boot import config_drive, ec2, keeping
from synnefo_compute.first_boot.told import Told, cards_of, hostname
from synnefo_compute.key_material import SSH
from synnefo_compute.kinds import MOVE
from synnefo_compute.models import KeypairRow, ServerRow
from synnefo_core.context import RequestContext
from synnefo_core.contracts.guests import Guest
from synnefo_core.db.among import among
from synnefo_core.db.models import SagaRow
from synnefo_core.sagas import LIVE


class _Known(NamedTuple):
    """What the database says of some servers."""

    rows: list[ServerRow]
    keys: Mapping[tuple[str, str], str]
    moving: Mapping[str, frozenset[str]]


def guests(context: RequestContext, server_ids: Collection[str]) -> Mapping[str, Guest]:
    """Return what is said of those servers that there are, by their ids."""
    with context.reading() as session:
        known = _known(session, server_ids)
    ids = [row.id for row in known.rows]
    user_data = keeping.user_data(context, ids)
    found = synnefo_network.ports_of(context, ids)
    cards = cards_of(context, {server_id: found.get(server_id, []) for server_id in ids})
    zones = synnefo_backends.zones_of_backends(context)
    clusters = {each.id: each.name for each in synnefo_backends.listing(context)}
    said = {}
    for row in known.rows:
        key = known.keys.get((row.user_id, row.key_name))
        told = Told(
            server_id=row.id,
            project_id=row.project_id,
            name=row.name,
            hostname=row.hostname or hostname(row.name, row.id),
            zone=zones.get(row.backend_id, ""),
            metadata=dict(row.metadata_),
            public_keys={row.key_name: key} if key else {},
            user_data=base64.b64decode(user_data.get(row.id, "")),
            cards=cards[row.id],
        )
        there = known.moving.get(row.id, frozenset({row.backend_id}))
        said[row.id] = Guest(
            clusters=frozenset(clusters[each] for each in there if each in clusters),
            host_name=hostname(told.hostname, row.id),
            files={**ec2.files(told), **config_drive.files(told)},
        )
    return said


def _known(session: Session, server_ids: Collection[str]) -> _Known:
    query = select(ServerRow).where(
        among(ServerRow.id, server_ids), ServerRow.is_deleted.is_(False)
    )
    rows = list(session.scalars(query))
    return _Known(rows, _keys(session, rows), _moving(session, [row.id for row in rows]))


def _keys(session: Session, rows: Iterable[ServerRow]) -> dict[tuple[str, str], str]:
    wanted = {(row.user_id, row.key_name) for row in rows if row.key_name}
    query = select(KeypairRow).where(
        tuple_(KeypairRow.user_id, KeypairRow.name).in_(sorted(wanted)), KeypairRow.type == SSH
    )
    return {(row.user_id, row.name): row.public_key.strip() for row in session.scalars(query)}


def _moving(session: Session, server_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Return between which clusters servers move: either may have the instance now."""
    query = select(SagaRow.subject_id, SagaRow.data).where(
        among(SagaRow.subject_id, server_ids), SagaRow.kind == MOVE, SagaRow.state.in_(LIVE)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for server_id, data in session.execute(query):
        found[server_id] |= {data["source"], data["target"]}
    return {server_id: frozenset(some) for server_id, some in found.items()}
