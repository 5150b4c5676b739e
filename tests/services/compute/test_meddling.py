# SPDX-License-Identifier: Apache-2.0
"""Whatever owners and operators do at once, and whatever is told of it: in the end all agree."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import SimBackend, operator
from synnefo_compute import ServerSpec, events
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import repairs, rounds, survey
from synnefo_core.context import RequestContext
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.compute import Instance, InstanceMissing
from synnefo_core.errors import CloudError
from synnefo_core.worker import Worker

STEPS = 50


@dataclass
class World:
    """A cloud, its cluster, and somebody who throws dice."""

    context: RequestContext
    member: RequestContext
    cluster: SimBackend
    worker: Worker
    dice: random.Random

    def some_server(self) -> str:
        with self.context.reading() as session:
            ids = [row.id for row in session.query(ServerRow).where(~ServerRow.is_deleted)]
        return self.dice.choice(sorted(ids)) if ids else "nothing"

    # -- Owners -------------------------------------------------------------------------

    def create(self) -> None:
        synnefo_compute.create_server(self.member, ServerSpec("web", "small"))

    def act(self) -> None:
        calls: list[Callable[..., None]] = [
            synnefo_compute.start_server,
            synnefo_compute.stop_server,
            synnefo_compute.confirm_resize,
            synnefo_compute.revert_resize,
        ]
        self.dice.choice(calls)(self.member, self.some_server())

    def resize(self) -> None:
        flavor = self.dice.choice(["small", "large"])
        synnefo_compute.resize_server(self.member, self.some_server(), flavor)

    def delete(self) -> None:
        synnefo_compute.delete_server(self.member, self.some_server())

    # -- Operators ----------------------------------------------------------------------

    def switch(self) -> None:
        do = self.dice.choice([operator.start, operator.stop, operator.crash])
        do(self.cluster.cluster, f"snf-{self.some_server()}")

    def modify(self) -> None:
        changes = [{"vcpus": 3}, {"ram_mib": 512}, {"nics": ()}]
        change = self.dice.choice(changes)

        def changed(found: Instance) -> Instance:
            return replace(found, **change)

        operator.modify(self.cluster.cluster, f"snf-{self.some_server()}", changed)

    def remove(self) -> None:
        operator.remove(self.cluster.cluster, f"snf-{self.some_server()}")

    # -- What is told and done about it -------------------------------------------------

    def notice(self) -> None:
        payload = {
            "job": str(self.dice.randrange(20)),
            "instance": f"snf-{self.some_server()}",
            "operation": "x",
            "state": self.dice.choice(["queued", "success", "error"]),
            "at": self.context.now() - self.dice.choice([0, 0, 100]),
        }
        for _ in range(self.dice.choice([1, 2])):
            events.hear_jobs(self.context, [Message(events.JOB, payload, "sim")])

    def work(self) -> None:
        self.worker.drain(patience_s=0.05)

    def reconcile(self) -> None:
        rounds.look(self.context, self.backend)

    @property
    def backend(self) -> synnefo_backends.Backend:
        return synnefo_backends.find(self.context, "sim")

    def step(self) -> None:
        owners = [self.create] * 3 + [self.act] * 4 + [self.resize, self.delete]
        operators = [self.switch] * 3 + [self.modify] * 2 + [self.remove]
        others = [self.notice] * 3 + [self.work] * 3 + [self.reconcile]
        try:
            self.dice.choice(owners + operators + others)()
        except (CloudError, InstanceMissing):
            return  # it was not possible just then


@pytest.mark.parametrize("seed", range(3))
def test_rows_quota_and_cluster_agree_in_the_end(
    context, member, cluster, network, worker, monkeypatch, seed
):
    synnefo_compute.create_flavor(
        context, flavor_id="large", name="large", vcpus=4, ram_mib=2048, disk_gib=6
    )
    world = World(context, member, cluster, worker, random.Random(seed))
    for _ in range(STEPS):
        world.step()
        assert [] == synnefo_quota.verify(context)

    monkeypatch.setattr(survey, "ORPHAN_GRACE_S", 0.0)
    looks = 0
    worker.drain(patience_s=10.0)
    while rounds.look(context, world.backend):
        worker.drain(patience_s=10.0)
        looks += 1
        assert looks < 5

    left = survey.survey(context, world.backend).differences
    assert [] == [each for each in left if repairs.is_repairable(each)]
    assert set() == {each.kind for each in left} - {"nics", "stale"}
    assert [] == synnefo_quota.verify(context)
    with context.reading() as session:
        rows = session.query(ServerRow).where(~ServerRow.is_deleted).all()
    assert {""} >= {row.task_state for row in rows}
