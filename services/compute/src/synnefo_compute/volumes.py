# SPDX-License-Identifier: Apache-2.0
"""Which volumes are whose disks: what is written down of them.

What a volume is, the room of volumes knows; what the guest's cluster has, the cluster. Here stands
what is the server's: the name of the device, and what becomes of the volume with the server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from synnefo_compute.models import ServerVolumeRow
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared


@dataclass(frozen=True)
class ServerVolume:
    """A volume that is a server's, from the request on that gives it.

    Attributes:
        id: Its own id (Nova's ``bdm_uuid``).
        attachment_id: By which the room of volumes knows it; empty for none.
        device: What the guest is told to call it, such as ``/dev/vdb``; a guest may not heed it.
        tag: A word of the owner's; empty for none.
        boot_index: 0 for the root disk; None for one from which nothing starts.
        deletes_on_termination: Whether the volume goes with the server.
        is_awaited: Whether the cluster has not said yet that it has the disk.
        created_at: Seconds since the epoch.
    """

    id: str
    server_id: str
    volume_id: str
    attachment_id: str
    device: str
    tag: str = ""
    boot_index: int | None = None
    deletes_on_termination: bool = False
    is_awaited: bool = False
    created_at: float = 0.0


_table: Table = ServerVolumeRow.__table__  # type: ignore[assignment]  # declared as FromClause
_OF_SERVERS = Prepared(
    select(_table)
    .where(among(_table.c.server_id, "servers"))
    .order_by(_table.c.server_id, _table.c.created_at, _table.c.id)
)


def add(session: Session, volume: ServerVolume) -> None:
    """Write down that a volume is a server's; a volume is one server's at most."""
    session.add(ServerVolumeRow(**asdict(volume)))
    session.flush()  # prepared statements see only what is there


def of(session: Session, server_ids: Sequence[str]) -> Mapping[str, Sequence[ServerVolume]]:
    """Return the volumes of servers by their ids, the oldest first; without those that have none."""
    if not server_ids:
        return {}
    found: dict[str, list[ServerVolume]] = defaultdict(list)
    for row in _OF_SERVERS.all(session, {"servers": server_ids}):
        found[row.server_id].append(_shown(row))
    return found


def of_one(session: Session, server_id: str) -> tuple[ServerVolume, ...]:
    """Return the volumes of one server, the oldest first."""
    return tuple(of(session, [server_id]).get(server_id, ()))


def starts_from_one(session: Session, server_id: str) -> bool:
    """Say whether the root disk of a server is a volume."""
    return any(each.boot_index == 0 for each in of_one(session, server_id))


def find(session: Session, volume_id: str) -> ServerVolume | None:
    """Return whose disk a volume is; None for nobody's."""
    row = session.execute(select(_table).where(_table.c.volume_id == volume_id)).first()
    return None if row is None else _shown(row)


def change(session: Session, volume_id: str, **columns: Any) -> None:
    """Change what is written down of a server's volume; no error if it is nobody's any more."""
    session.execute(
        update(ServerVolumeRow).where(ServerVolumeRow.volume_id == volume_id).values(**columns)
    )


def remove(session: Session, server_id: str, volume_id: str) -> None:
    """Forget that a volume is a server's; twice is not an error."""
    session.execute(
        delete(ServerVolumeRow).where(
            ServerVolumeRow.server_id == server_id, ServerVolumeRow.volume_id == volume_id
        )
    )


def _shown(row: Any) -> ServerVolume:
    return ServerVolume(**row._asdict())
