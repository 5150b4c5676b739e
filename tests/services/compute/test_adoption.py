# SPDX-License-Identifier: Apache-2.0
"""Instances that clusters have already become servers: CYC-085."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import operator
from synnefo_compute import observed
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import adoption, repairs
from synnefo_compute.reconcile.adoption import Owner
from synnefo_core.contracts.compute import DiskSpec, InstanceMissing, InstanceSpec, PowerState
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, InvalidField, NotFound
from tests.services.compute.test_servers import STOPPED, held, servers_only

GIB = 2**30
OURS = Owner("p1", "u1")


@pytest.fixture
def cloud(make_cloud):
    """Return a cloud where nobody knows the people."""
    cloud = make_cloud()
    cloud.shared("core.directory", lambda: [None])
    return cloud


@pytest.fixture
def adopt(context, cluster):
    """Return a function that adopts an instance of the cluster."""
    backend = synnefo_backends.find(context, "sim")
    return lambda name, owner=OURS, **options: adoption.adopt(
        context, backend, name, owner, **options
    )


@pytest.fixture
def stranger(cluster):
    """Return the name of a stopped instance that the cloud knows nothing of."""
    disks = (DiskSpec("d", 5 * 1024),)
    spec = InstanceSpec("old-db", vcpus=2, ram_mib=1024, disks=disks, is_started=False)
    operator.add(cluster.cluster, spec)
    return spec.name


def test_an_instance_becomes_a_server_that_is_paid_for(stranger, adopt, member, context, cluster):
    server_id = adopt(stranger)

    server = synnefo_compute.show_server(member, server_id)
    assert ("old-db", "stopped", "small") == (server.name, server.vm_state, server.flavor_id)
    assert STOPPED == servers_only(held(member))
    assert [f"snf-{server_id}"] == [each.name for each in cluster.inventory.instances()]
    assert [] == synnefo_quota.verify(context)
    assert [] == repairs.repair(context, server_id)


def test_an_adopted_server_can_be_started_and_deleted(stranger, adopt, member, cluster, settle):
    server_id = adopt(stranger, Owner("p1", "u1", "db"))

    synnefo_compute.start_server(member, server_id)
    settle()
    assert PowerState.RUNNING is cluster.inventory.instance(f"snf-{server_id}").power
    synnefo_compute.delete_server(member, server_id)
    settle()

    assert ([], {}) == (cluster.inventory.instances(), servers_only(held(member)))


def test_one_that_runs_under_a_name_of_ours_is_adopted_as_it_is(server, adopt, member, context):
    with context.unit_of_work() as session:
        observed.forget(context, session.get_one(ServerRow, server.id))
        session.delete(session.get_one(ServerRow, server.id))

    assert server.id == adopt(f"snf-{server.id}", flavor_id="small")
    assert "active" == synnefo_compute.show_server(member, server.id).vm_state
    assert [] == synnefo_quota.verify(context)


def test_one_that_runs_and_needs_another_name_is_refused(stranger, adopt, cluster, member):
    operator.start(cluster.cluster, stranger)

    with pytest.raises(Conflict, match="stop it"):
        adopt(stranger)
    assert ({}, [stranger]) == (
        servers_only(held(member)),
        [each.name for each in cluster.inventory.instances()],
    )


def test_a_servers_instance_is_not_adopted_again(server, adopt):
    with pytest.raises(Conflict, match=server.id):
        adopt(f"snf-{server.id}")


def test_the_name_of_a_deleted_server_is_not_used_again(server, adopt, context, cluster):
    with context.unit_of_work() as session:
        observed.forget(context, session.get_one(ServerRow, server.id))
    operator.stop(cluster.cluster, f"snf-{server.id}")

    assert server.id != adopt(f"snf-{server.id}")
    assert 1 == len(cluster.inventory.instances())


def test_a_flavor_of_another_size_is_refused(stranger, adopt, context):
    synnefo_compute.create_flavor(
        context, flavor_id="big", name="big", vcpus=8, ram_mib=8192, disk_gib=5
    )

    with pytest.raises(InvalidField):
        adopt(stranger, flavor_id="big")


def test_a_size_of_its_own_gets_a_flavor_of_its_own(stranger, adopt, member, cluster):
    operator.modify(cluster.cluster, stranger, lambda found: replace(found, vcpus=3))

    server = synnefo_compute.show_server(member, adopt(stranger))

    assert 3 == synnefo_compute.show_flavor(member, server.flavor_id).vcpus


def test_a_cluster_without_the_facet_keeps_its_instances(stranger, adopt, monkeypatch):
    monkeypatch.setattr("synnefo_backends.has_facet", lambda *_: False)

    with pytest.raises(Conflict, match="no other names"):
        adopt(stranger)


def test_nobody_unknown_is_made_to_pay(stranger, cloud, make_cloud, context, cluster):
    knowing = replace(context, cloud=make_cloud(like=cloud))
    backend = synnefo_backends.find(context, "sim")

    with pytest.raises(NotFound, match="user u1"):
        adoption.adopt(knowing, backend, stranger, OURS)
    assert [stranger] == [each.name for each in cluster.inventory.instances()]


def test_an_instance_that_there_is_not_is_not_adopted(adopt):
    with pytest.raises(InstanceMissing):
        adopt(f"snf-{new_id()}")
