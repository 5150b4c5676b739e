# SPDX-License-Identifier: Apache-2.0
"""A server that begins again with an image, and one whose state is put right by hand."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute.sagas import rebuild_server
from synnefo_core.contracts.compute import PowerState
from synnefo_core.errors import Forbidden, InvalidField, InvalidState, NotFound, Unbuilt
from synnefo_core.testing.sagas import SagaContract, Trial
from tests.services.compute.disks import registered

CONTENT = b"a disk"


@pytest.fixture
def image(member) -> str:
    """Return the id of an image of the member's."""
    return registered(member, CONTENT)


def cpu(context) -> int:
    """Return the active processors that a project pays."""
    assert [] == synnefo_quota.verify(context)
    held = synnefo_quota.holdings(context, "p1")
    return sum(h.usage for h in held if (h.holder, h.resource) == ("project:p1", "cyclades.cpu"))


def runs(cluster, server_id: str) -> bool:
    return cluster.inventory.instance(f"snf-{server_id}").power is PowerState.RUNNING


def test_a_rebuilt_server_is_the_same_one_with_another_image(server, again, image, settle):
    before = synnefo_compute.show_server(again(), server.id)

    accepted = synnefo_compute.rebuild_server(again(), server.id, image_id=image, name="new")
    settle()

    after = synnefo_compute.show_server(again(), server.id)
    assert ("rebuilding", image, "new") == (accepted.task_state, accepted.image_id, accepted.name)
    assert ("active", "", image, "new") == (
        after.vm_state,
        after.task_state,
        after.image_id,
        after.name,
    )
    assert (before.ports, before.flavor_id) == (after.ports, after.flavor_id)
    assert 2 == cpu(again())


def test_a_stopped_server_is_stopped_once_it_is_rebuilt(server, again, image, settle, cluster):
    synnefo_compute.stop_server(again(), server.id)
    settle()

    synnefo_compute.rebuild_server(again(), server.id, image_id=image)
    settle()

    assert "stopped" == synnefo_compute.show_server(again(), server.id).vm_state
    assert (False, 0) == (runs(cluster, server.id), cpu(again()))


def test_metadata_is_all_new_or_stays(server, again, image, settle):
    synnefo_compute.merge_metadata(again(), server.id, {"a": "1"})
    synnefo_compute.rebuild_server(again(), server.id, image_id=image)
    settle()
    kept = synnefo_compute.show_metadata(again(), server.id)
    synnefo_compute.rebuild_server(again(), server.id, image_id=image, metadata={"b": "2"})

    assert ({"a": "1"}, {"b": "2"}) == (kept, synnefo_compute.show_metadata(again(), server.id))


def test_too_much_metadata_changes_nothing(server, again, image):
    items = {str(number): "" for number in range(129)}

    with pytest.raises(Forbidden):
        synnefo_compute.rebuild_server(again(), server.id, image_id=image, metadata=items)

    shown = synnefo_compute.show_server(again(), server.id)
    assert ("", "") == (shown.task_state, shown.image_id)


def test_an_image_that_is_not_there_is_refused(server, again):
    with pytest.raises(InvalidField, match="could not be found"):
        synnefo_compute.rebuild_server(again(), server.id, image_id="nothing")


def test_a_cluster_that_does_not_rebuild_is_not_asked_to(
    server, again, image, cluster, monkeypatch
):
    monkeypatch.setattr(cluster, "reshape", None)

    with pytest.raises(Unbuilt):
        synnefo_compute.rebuild_server(again(), server.id, image_id=image)


def test_a_half_written_server_is_in_error_until_it_is_rebuilt(
    server, again, image, settle, cluster
):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "reinstall", count=1, message="no luck"))
    synnefo_compute.rebuild_server(again(), server.id, image_id=image)
    settle()
    failed = synnefo_compute.show_server(again(), server.id)
    synnefo_compute.rebuild_server(again(), server.id, image_id=image)
    settle()

    assert ("error", "no luck") == (failed.vm_state, failed.fault)
    assert "active" == synnefo_compute.show_server(again(), server.id).vm_state
    assert (True, 2) == (runs(cluster, server.id), cpu(again()))


def test_a_server_in_error_that_was_stopped_is_paid_for_again(
    server, again, image, settle, context
):
    synnefo_compute.stop_server(again(), server.id)
    settle()
    synnefo_compute.reset_state(context, server.id, "error")
    before = cpu(again())

    synnefo_compute.rebuild_server(again(), server.id, image_id=image)

    assert (0, 2) == (before, cpu(again()))


# -- By hand ---------------------------------------------------------------------------------


@pytest.mark.parametrize("vm_state", ["active", "error"])
def test_a_state_is_what_an_administrator_says(server, context, again, vm_state):
    synnefo_compute.reset_state(context, server.id, vm_state)

    assert vm_state == synnefo_compute.show_server(again(), server.id).vm_state
    assert "resetState" == synnefo_compute.list_actions(again(), server.id)[0].name


def test_what_somebody_works_on_stays_under_way(server, context, again, settle):
    synnefo_compute.stop_server(again(), server.id)
    synnefo_compute.reset_state(context, server.id, "error")
    during = synnefo_compute.show_server(again(), server.id)
    settle()

    assert ("error", "powering-off") == (during.vm_state, during.task_state)
    assert "stopped" == synnefo_compute.show_server(again(), server.id).vm_state


def test_a_reset_decides_on_a_resize(server, context, again, settle):
    synnefo_compute.create_flavor(
        context, flavor_id="large", name="large", vcpus=4, ram_mib=1024, disk_gib=5
    )
    synnefo_compute.resize_server(again(), server.id, "large")
    settle()
    synnefo_compute.revert_resize(again(), server.id)
    settle()
    synnefo_compute.resize_server(again(), server.id, "large")
    settle()

    synnefo_compute.reset_state(context, server.id, "active")

    assert 4 == cpu(again())
    with pytest.raises(InvalidState):
        synnefo_compute.revert_resize(again(), server.id)


# -- Killed anywhere ---------------------------------------------------------------------------


class TestRebuild(SagaContract):
    saga = rebuild_server.SAGA

    @pytest.fixture
    def trial(self, cloud, server, again, image, cluster):
        def begin() -> str:
            synnefo_compute.rebuild_server(again(), server.id, image_id=image)
            return server.id

        def is_gone(server_id: str) -> bool:
            with pytest.raises(NotFound):
                synnefo_compute.show_server(again(), server_id)
            return (cpu(again()), cluster.inventory.instances()) == (0, [])

        def is_in(*states: str):
            return lambda server_id: (
                synnefo_compute.show_server(again(), server_id).vm_state in states
                and (runs(cluster, server_id), cpu(again())) == (True, 2)
            )

        return Trial(
            cloud,
            begin=begin,
            is_made=is_in("active"),
            is_clean=is_in("error", "active"),
            cancel=lambda server_id: synnefo_compute.delete_server(again(), server_id),
            is_cancelled=is_gone,
        )


def test_a_rebuilt_server_may_have_another_key(server, member, again, image):
    synnefo_compute.create_keypair(member, name="new")

    synnefo_compute.rebuild_server(again(), server.id, image_id=image, key_name="new")

    assert "new" == synnefo_compute.show_server(member, server.id).key_name


def test_a_key_that_is_not_there_rebuilds_nothing(server, member, again, image):
    with pytest.raises(InvalidField, match="you have no keypair new"):
        synnefo_compute.rebuild_server(again(), server.id, image_id=image, key_name="new")

    assert "" == synnefo_compute.show_server(member, server.id).task_state
