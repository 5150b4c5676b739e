# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Migration``; skipped where there is none."""

from __future__ import annotations

import pytest

from synnefo_core.contracts.compute import (
    ComputeBackend,
    InstanceMissing,
    JobState,
    PowerState,
)
from synnefo_core.contracts.moving import Migration
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory


class MigrationContract(ComputeRig):
    """What a compute backend does that can move instances between its nodes.

    Attributes:
        has_movable_disks: Whether the disks of the suite's instances can be moved.
    """

    has_movable_disks: bool = True

    @pytest.fixture
    def migration(self, backend: ComputeBackend) -> Migration:
        """Return the facet."""
        if backend.migration is None or backend.inventory.capacity().nodes < 2:
            pytest.skip("the backend does not move instances, or has nowhere to")
        return backend.migration

    def test_a_running_instance_moves_to_another_node(
        self, backend: ComputeBackend, migration: Migration, instance_spec: SpecFactory
    ) -> None:
        if not self.has_movable_disks:
            pytest.skip("the disks stay where they are")
        before = self.make(backend, instance_spec())

        job = self.succeed(backend, migration.migrate(before.name))

        after = backend.inventory.instance(before.name)
        assert ("migrate", PowerState.RUNNING) == (job.operation, after.power)
        assert before.node != after.node
        assert (before.disks, before.nics) == (after.disks, after.nics)

    @pytest.mark.parametrize("is_started", [True, False])
    def test_an_instance_moves_without_being_up_and_is_then_as_it_was(
        self,
        backend: ComputeBackend,
        migration: Migration,
        instance_spec: SpecFactory,
        is_started: bool,
    ) -> None:
        if not self.has_movable_disks:
            pytest.skip("the disks stay where they are")
        before = self.make(backend, instance_spec(is_started=is_started))

        job = self.succeed(backend, migration.failover(before.name))

        after = backend.inventory.instance(before.name)
        assert ("failover", before.power) == (job.operation, after.power)
        assert before.node != after.node
        assert (before.disks, before.nics) == (after.disks, after.nics)

    def test_a_node_that_is_not_there_is_told(
        self, backend: ComputeBackend, migration: Migration, instance_spec: SpecFactory
    ) -> None:
        before = self.make(backend, instance_spec())

        job = self.wait(backend, migration.migrate(before.name, node="nowhere.example.com"))

        assert JobState.ERROR is job.state
        assert before.node == backend.inventory.instance(before.name).node

    def test_an_unknown_instance_is_not_moved(
        self, backend: ComputeBackend, migration: Migration, instance_spec: SpecFactory
    ) -> None:
        try:
            job = self.wait(backend, migration.migrate(instance_spec().name))
        except InstanceMissing:
            return
        assert JobState.ERROR is job.state
