# SPDX-License-Identifier: Apache-2.0
"""Fills an empty cloud before it is served: 1,000 servers and volumes of one project, tokens, a container."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, update

import synnefo_backends
import synnefo_quota
import synnefo_volume
from synnefo_compute import ServerSpec, create_server, states
from synnefo_compute.kinds import CREATE
from synnefo_compute.models import ServerRow
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.context import RequestContext, for_claims, for_worker
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.db import migrations
from synnefo_core.db.models import SagaRow
from synnefo_core.testing.http import call, login
from synnefo_core.wsgi import compose
from synnefo_volume.kinds import CREATE as CREATE_VOLUME
from synnefo_volume.models import VolumeRow
from tools.bench.cases import CONTAINER, SUBJECTS

SERVERS = VOLUMES = 1000
_BATCH = 100
_FLAVOR = "1"


@dataclass(frozen=True)
class Seeded:
    """What a client must know of a cloud that was filled."""

    token: str
    subjects: tuple[str, ...]
    account: str


def seed(data: Path, config: Path, *, has_servers: bool = True) -> Seeded:
    """Migrate, bootstrap and fill a cloud; it is closed again when this returns."""
    cloud = assemble(data_dir=data, files=(config,))
    try:
        migrations.upgrade(cloud.database, cloud.branches())
        cloud.plugins.hook.bootstrap(cloud=cloud)
        return _fill(cloud, has_servers=has_servers)
    finally:
        cloud.close()


def _fill(cloud: Cloud, *, has_servers: bool) -> Seeded:
    application = compose.application(cloud)
    (token, project_id), *others = [login(application, "demo", "demo") for _ in range(1 + SUBJECTS)]
    _lift_limits(cloud, project_id)
    directory = cloud.directory
    claims = directory.claims(token) if directory else None
    if claims is None:
        raise RuntimeError("the token that was just issued is not valid")
    if has_servers:
        _make_servers(for_claims(cloud, claims, ""))
        _make_volumes(for_claims(cloud, claims, ""))
    account = f"AUTH_{project_id}"
    path = f"/object-store/v1/{account}/{CONTAINER}"
    made = call(application, "PUT", path, token=token)
    if made.status_int != 201:
        raise RuntimeError(f"the container was not made: {made.status}")
    return Seeded(token, tuple(subject for subject, _ in others), account)


def _lift_limits(cloud: Cloud, project_id: str) -> None:
    context = for_worker(cloud)
    with context.unit_of_work():
        for resource in synnefo_quota.resources(cloud):
            synnefo_quota.set_limit(
                context, holder=f"project:{project_id}", resource=resource, limit=UNLIMITED
            )


def _make_servers(member: RequestContext) -> None:
    """Make servers as requests do; what the worker would then record is written at once.

    The rows (server, port, address, booking, quota) are those of real creations. No saga runs and no
    instance exists, which nobody who lists servers would notice.
    """
    operator = for_worker(member.cloud)
    settings = {"nodes": "200", "jobs_at_once": "1"}
    synnefo_backends.add(operator, name="bench", driver="sim", settings=settings)
    synnefo_backends.refresh(operator, "bench")
    for first in range(0, SERVERS, _BATCH):
        with member.unit_of_work():
            for number in range(first, first + _BATCH):
                create_server(member, ServerSpec(name=f"server-{number}", flavor_id=_FLAVOR))
    now = operator.now()
    with operator.unit_of_work() as session:
        session.execute(delete(SagaRow).where(SagaRow.kind == CREATE))
        session.execute(
            update(ServerRow).values(
                vm_state=states.ACTIVE, task_state="", node="node1", launched_at=now, updated_at=now
            )
        )


def _make_volumes(member: RequestContext) -> None:
    """Make volumes as requests do, which are then said to be there; no head exists."""
    for first in range(0, VOLUMES, _BATCH):
        with member.unit_of_work():
            for number in range(first, first + _BATCH):
                spec = synnefo_volume.VolumeSpec(
                    size_gib=1, name=f"volume-{number}", metadata={"made": "for a list"}
                )
                synnefo_volume.create_volume(member, spec)
    with member.unit_of_work() as session:
        session.execute(delete(SagaRow).where(SagaRow.kind == CREATE_VOLUME))
        session.execute(update(VolumeRow).values(status=synnefo_volume.states.AVAILABLE))
