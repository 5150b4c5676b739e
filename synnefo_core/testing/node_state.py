# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``NodeStates``; skipped where there is none."""

from __future__ import annotations

import pytest

from synnefo_core.contracts.compute import ComputeBackend
from synnefo_core.contracts.node_state import NodeStates
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory


class NodeStatesContract(ComputeRig):
    """What a compute backend does that tells of its nodes."""

    @pytest.fixture
    def node_states(self, backend: ComputeBackend) -> NodeStates:
        """Return the facet."""
        if backend.node_states is None:
            pytest.skip("the backend does not tell of its nodes")
        return backend.node_states

    def test_nodes_come_by_their_names_and_are_those_that_are_counted(
        self, backend: ComputeBackend, node_states: NodeStates
    ) -> None:
        found = node_states.all()

        in_use = [node for node in found if not (node.is_offline or node.is_drained)]
        assert sorted(node.name for node in found) == [node.name for node in found]
        assert len(in_use) >= backend.inventory.capacity().nodes

    def test_an_instance_is_counted_where_it_is(
        self, backend: ComputeBackend, node_states: NodeStates, instance_spec: SpecFactory
    ) -> None:
        before = {node.name: node.instances or 0 for node in node_states.all()}
        made = self.make(backend, instance_spec())

        after = {node.name: node.instances or 0 for node in node_states.all()}

        assert before | {made.node: before[made.node] + 1} == after
