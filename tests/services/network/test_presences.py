# SPDX-License-Identifier: Apache-2.0
"""Networks in clusters: there when a card needs them, gone when none does."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

import synnefo_backends
import synnefo_network as service
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_backends import Demand
from synnefo_core.contracts.compute import BackendUnavailable
from synnefo_core.contracts.networks import NetworkMissing
from synnefo_core.testing.sagas import SagaContract, Trial
from synnefo_network import cluster_networks, withdrawing
from synnefo_network.presence_models import COMING, LEAVING, PRESENT, PresenceRow

QUICK = {"job_delay_min_s": "0", "job_delay_max_s": "0"}
SERVER = "5e7c0000-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Look again at once for jobs that take no time."""
    monkeypatch.setattr(withdrawing, "POLL_S", (0.0,))


@pytest.fixture
def clusters(context):
    """Register two simulated clusters; return their drivers by id."""
    added = [
        synnefo_backends.add(context, name=name, driver="sim", settings=QUICK)
        for name in ("north", "south")
    ]
    return {
        each.id: synnefo_backends.call(context, each.id, lambda driver: driver) for each in added
    }


@pytest.fixture
def north(clusters):
    return next(iter(clusters))


@pytest.fixture
def cluster(clusters, north):
    return clusters[north]


@pytest.fixture
def settle(worker):
    return lambda: worker.drain(patience_s=30.0)


@pytest.fixture
def unused(context):
    """Have networks leave as soon as nothing uses them."""
    context.cloud.config.set_override("keep_unused_s", 0, "network")


def come(context, backend_id, *network_ids):
    """Make moves until networks are in a cluster."""
    for _ in range(50):
        if service.reach(context, backend_id, network_ids):
            return
    pytest.fail("the networks do not come")


def name(context, network):
    return cluster_networks.name_of(context.cloud, network.id)


def is_there(context, cluster, network):
    try:
        return cluster.networks.network(name(context, network)).is_connected
    except NetworkMissing:
        return False


def states(context):
    with context.reading() as session:
        return list(session.scalars(select(PresenceRow.state)))


def look(context):
    """Let the round look at all networks, however lately it did."""
    with context.unit_of_work() as session:
        session.execute(update(PresenceRow).values(looked_at=0.0))
    withdrawing.run(context)


@pytest.fixture
def plugged(member, context, north, network, subnet):
    """Return the port of a server that is booked in the first cluster."""
    synnefo_backends.book(context, SERVER, north, Demand(1, 128, 0, "file"))
    (port,) = service.plug(
        member,
        device_id=SERVER,
        device_owner="compute:nova",
        requests=[service.PlugRequest(network_id=network.id)],
    )
    return port


def test_a_network_tells_the_zones_in_which_it_is(member, context, north, network):
    assert () == service.show_network(member, network.id).zones

    come(context, north, network.id)

    assert tuple(service.list_zones(member)) == service.show_network(member, network.id).zones
    (listed,) = service.list_networks(member, service.Listing())
    assert listed.zones


def test_a_network_comes_to_the_one_cluster_that_needs_it(
    context, clusters, north, cluster, network, subnet
):
    come(context, north, network.id)

    found = cluster.networks.network(name(context, network))
    assert (subnet.cidr, subnet.gateway_ip) == (found.cidr, found.gateway)
    assert network.mac_prefix == found.mac_prefix
    assert found.is_connected
    others = [each for each in clusters.values() if each is not cluster]
    assert [False] == [is_there(context, each, network) for each in others]
    assert [network.id] == list(service.present(context, north, [network.id]))


def test_its_mode_and_link_follow_from_its_type(admin, context, north, cluster):
    made = service.create_network(
        admin, service.NetworkSpec(kind="CUSTOM", physical_network="br-lab")
    )

    come(context, north, made.id)

    with admin.reading() as session:
        spec = cluster_networks.spec_of(
            context.cloud, session, session.get_one(service.networks.NetworkRow, made.id)
        )
    assert ("bridged", "br-lab") == (spec.mode, spec.link)
    assert "synnefo:type:CUSTOM" in cluster.networks.network(spec.name).tags


@pytest.mark.parametrize("cidr", [None, "10.0.0.0/12", "10.0.0.0/31", "2001:db8::/64"])
def test_a_network_without_a_range_that_clusters_take_comes_with_one_of_nobody(
    member, context, north, cluster, network, cidr
):
    if cidr:
        version = 6 if ":" in cidr else 4
        service.create_subnet(member, service.SubnetSpec(network.id, cidr, ip_version=version))

    come(context, north, network.id)

    there = service.present(context, north, [network.id])[network.id]
    assert cluster_networks.NOBODYS == there.cidr
    assert there.holds(None)
    assert not there.holds("10.0.0.1")


def test_what_is_there_costs_no_call(context, north, cluster, network):
    come(context, north, network.id)
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    assert service.reach(context, north, [network.id])


def test_one_that_another_made_is_taken_as_it_is(context, north, cluster, network, subnet):
    with context.reading() as session:
        spec = cluster_networks.spec_of(
            context.cloud, session, session.get_one(service.networks.NetworkRow, network.id)
        )
    cluster.networks.bring(spec)

    assert service.reach(context, north, [network.id])


def test_many_who_need_it_at_once_have_one(context, north, cluster, network, subnet):
    start = threading.Barrier(6)

    def work(_):
        start.wait()
        come(context, north, network.id)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))

    assert [PRESENT] == states(context)
    assert is_there(context, cluster, network)


def test_a_job_that_failed_is_tried_again(context, north, cluster, network):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "network_bring", count=2))

    come(context, north, network.id)

    assert is_there(context, cluster, network)


def test_who_needs_one_that_can_not_be_is_told_why(context, north, cluster, network):
    broken = Fault(FaultKind.ERROR, "network_bring", count=99, message="no such bridge")
    faults.inject(cluster.cluster, broken)

    with pytest.raises(service.NetworkNotMade, match="no such bridge"):
        come(context, north, network.id)

    faults.clear(cluster.cluster)
    come(context, north, network.id)


def test_an_answer_that_was_lost_makes_no_second_one(context, north, cluster, network):
    faults.inject(cluster.cluster, Fault(FaultKind.UNANSWERED, "network_bring"))

    with pytest.raises(BackendUnavailable):
        come(context, north, network.id)
    come(context, north, network.id)

    assert 1 == len(cluster.networks.networks())


@pytest.mark.usefixtures("unused")
def test_a_network_stays_while_a_server_there_has_a_port_on_it(
    context, north, cluster, network, plugged, settle
):
    come(context, north, network.id)

    look(context)
    settle()

    assert is_there(context, cluster, network)
    service.unplug(context, device_id=SERVER)
    look(context)
    settle()
    assert not is_there(context, cluster, network)
    assert [] == states(context)


@pytest.mark.usefixtures("unused")
def test_a_server_elsewhere_does_not_keep_it(context, clusters, north, network, plugged, settle):
    for backend_id in clusters:
        come(context, backend_id, network.id)

    look(context)
    settle()

    assert [True, False] == [is_there(context, each, network) for each in clusters.values()]


@pytest.mark.usefixtures("unused")
def test_a_server_on_its_way_there_keeps_it(context, clusters, north, network, plugged, settle):
    south = next(each for each in clusters if each != north)
    come(context, south, network.id)
    beside = synnefo_backends.bookings.beside(SERVER)
    synnefo_backends.book(context, beside, south, Demand(1, 128, 0, "file"))

    look(context)
    settle()

    assert is_there(context, clusters[south], network)


def test_an_unused_one_is_kept_for_a_while(context, north, cluster, network, settle):
    come(context, north, network.id)

    look(context)
    settle()

    assert is_there(context, cluster, network)


def test_a_network_that_is_deleted_leaves_all_clusters(member, context, clusters, network, settle):
    for backend_id in clusters:
        come(context, backend_id, network.id)

    service.delete_network(member, network.id)
    settle()

    assert not any(is_there(context, each, network) for each in clusters.values())
    assert [] == states(context)


@pytest.mark.usefixtures("unused")
def test_one_that_is_needed_while_it_leaves_stays(
    context, north, cluster, network, settle, member, subnet
):
    come(context, north, network.id)
    look(context)
    assert [LEAVING] == states(context)
    assert not service.reach(context, north, [network.id])
    synnefo_backends.book(context, SERVER, north, Demand(1, 128, 0, "file"))
    service.plug(
        member,
        device_id=SERVER,
        device_owner="compute:nova",
        requests=[service.PlugRequest(network_id=network.id)],
    )

    settle()

    assert is_there(context, cluster, network)
    assert [COMING] == states(context)
    come(context, north, network.id)
    assert [PRESENT] == states(context)


@pytest.mark.usefixtures("unused")
def test_one_with_cards_that_nobody_knows_of_stays(context, north, cluster, network, settle):
    come(context, north, network.id)
    broken = Fault(FaultKind.ERROR, "network_withdraw", count=99, message="cards are on it")
    faults.inject(cluster.cluster, broken)

    look(context)
    settle()

    with context.reading() as session:
        row = session.scalars(select(PresenceRow)).one()
    assert (COMING, "cards are on it") == (row.state, row.problem)
    assert is_there(context, cluster, network)


def test_what_is_in_a_cluster_that_is_gone_is_forgotten(context, north, network):
    come(context, north, network.id)
    synnefo_backends.remove(context, "north")

    look(context)

    assert [] == states(context)


class TestWithdraw(SagaContract):
    saga = withdrawing.SAGA

    @pytest.fixture
    def trial(self, cloud, context, member, network, north, cluster):
        come(context, north, network.id)

        def begin():
            service.delete_network(member, network.id)
            return network.id

        return Trial(
            cloud,
            begin,
            is_made=lambda _: not is_there(context, cluster, network) and not states(context),
            is_clean=lambda _: [COMING] == states(context),
        )
