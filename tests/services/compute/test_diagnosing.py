# SPDX-License-Identifier: Apache-2.0
"""What a cluster says of a server."""

from __future__ import annotations

import pytest

import synnefo_compute
from synnefo_backend_sim import operator
from synnefo_core.contracts.compute import PowerState
from synnefo_core.errors import Conflict, InvalidState, Unavailable


def test_the_cluster_is_asked_and_not_the_row(server, member, cluster):
    operator.crash(cluster.cluster, f"snf-{server.id}")

    found = synnefo_compute.diagnose_server(member, server.id)

    assert (PowerState.CRASHED, 2, 1024, (5 * 1024,)) == (
        found.power,
        found.vcpus,
        found.ram_mib,
        found.disks_mib,
    )
    assert [port.mac for port in server.ports] == list(found.macs)


def test_what_was_not_made_yet_is_not_looked_at(submit, member):
    with pytest.raises(InvalidState):
        synnefo_compute.diagnose_server(member, submit().id)


def test_a_server_that_vanished_has_nothing_to_say(server, member, cluster):
    operator.remove(cluster.cluster, f"snf-{server.id}")

    with pytest.raises(Conflict):
        synnefo_compute.diagnose_server(member, server.id)


def test_a_cluster_that_does_not_answer_says_nothing_of_itself(server, member, cluster):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    with pytest.raises(Unavailable, match="cluster does not answer"):
        synnefo_compute.diagnose_server(member, server.id)
