# SPDX-License-Identifier: Apache-2.0
"""What owners want their guests to be told, sealed in the database.

User data stay as long as the server, since a rebuilt one is told them again. The password and the
files are gone once the guest is made or could not be.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from synnefo_compute.first_boot.wishes import NOTHING, FirstBoot, InjectedFile
from synnefo_compute.models import FirstBootRow
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.keys import KeyRing, key_ring

RING = "compute"
"""The keys that seal what guests are told."""


def keep(cloud: Cloud, session: Session, server_id: str, wishes: FirstBoot) -> None:
    """Keep what a new server's guest is to be told."""
    if wishes == NOTHING:
        return
    row = FirstBootRow(server_id=server_id)
    _seal(_ring(cloud), row, wishes)
    session.add(row)


def renew(cloud: Cloud, session: Session, server_id: str, wishes: FirstBoot) -> None:
    """Keep what a rebuilt server's guest is to be told; without new user data those it had."""
    row = session.get(FirstBootRow, server_id) or FirstBootRow(server_id=server_id, user_data="")
    had = row.user_data
    _seal(_ring(cloud), row, wishes)
    row.user_data = row.user_data or had
    session.add(row)


def _seal(ring: KeyRing, row: FirstBootRow, wishes: FirstBoot) -> None:
    row.user_data = ring.seal(wishes.user_data) if wishes.user_data else ""
    files = {file.path: base64.b64encode(file.content).decode() for file in wishes.files}
    ownership = {file.path: [file.owner, file.group, file.mode] for file in wishes.files}
    is_empty = not wishes.password and not files
    row.secrets = "" if is_empty else ring.seal(json.dumps([wishes.password, files, ownership]))


def kept(cloud: Cloud, session: Session, server_id: str) -> FirstBoot:
    """Return what a server's guest is to be told."""
    row = session.get(FirstBootRow, server_id)
    if row is None:
        return NOTHING
    ring = _ring(cloud)
    password, files, *more = json.loads(ring.open(row.secrets)) if row.secrets else ("", {})
    # Rows of before files had owners have no more than two.
    ownership = more[0] if more else dict.fromkeys(files, ())
    return FirstBoot(
        user_data=ring.open(row.user_data) if row.user_data else "",
        password=password,
        files=[
            InjectedFile(path, base64.b64decode(text), *ownership[path])
            for path, text in files.items()
        ],
    )


def user_data(context: RequestContext, server_ids: Collection[str]) -> Mapping[str, str]:
    """Return the user data of servers that have any, base64, by their ids.

    The caller has made sure that it may see them.
    """
    query = select(FirstBootRow.server_id, FirstBootRow.user_data).where(
        FirstBootRow.server_id.in_(list(server_ids)), FirstBootRow.user_data != ""
    )
    with context.reading() as session:
        found = session.execute(query).all()
    return {server_id: _ring(context.cloud).open(sealed) for server_id, sealed in found}


def forget_secrets(session: Session, server_id: str) -> None:
    """Remove the password and the files."""
    row = session.get(FirstBootRow, server_id)
    if row is not None:
        row.secrets = ""


def forget(session: Session, server_id: str) -> None:
    """Remove all of it."""
    session.execute(delete(FirstBootRow).where(FirstBootRow.server_id == server_id))


def _ring(cloud: Cloud) -> KeyRing:
    ring = key_ring(cloud, RING)
    ring.make()
    return ring
