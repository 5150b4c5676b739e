# SPDX-License-Identifier: Apache-2.0
"""Networks here and in clusters: how they differ, and how that is put right."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

import synnefo_backends
import synnefo_network as service
from synnefo_backend_sim import networks as there, operator
from synnefo_core.commands import main
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.networks import ClusterNetwork, NetworkMissing
from synnefo_core.errors import Conflict
from synnefo_network import (
    cluster_differences,
    cluster_networks,
    cluster_repairs,
    events,
    reservations,
)
from synnefo_network.cluster_differences import Recorded
from synnefo_network.cluster_surveys import survey
from synnefo_network.models import PortRow
from synnefo_network.presence_models import PresenceRow

QUICK = {"job_delay_min_s": "0", "job_delay_max_s": "0"}
POOL = [("10.0.0.100", "10.0.0.199")]
"""What is given at random is never an address that a test names."""


@pytest.fixture
def backend(context):
    synnefo_backends.add(context, name="north", driver="sim", settings=QUICK)
    return synnefo_backends.refresh(context, "north")


@pytest.fixture
def cluster(context, backend):
    return synnefo_backends.call(context, backend.id, lambda driver: driver)


@pytest.fixture
def network(context, member, backend):
    """A network with a subnet that is in the cluster."""
    made = service.create_network(member, service.NetworkSpec(name="inner"))
    spec = service.SubnetSpec(network_id=made.id, cidr="10.0.0.0/24", pools=POOL)
    service.create_subnet(member, spec)
    come(context, backend, made)
    return made


def come(context, backend, network):
    for _ in range(50):
        if service.reach(context, backend.id, [network.id]):
            return
    pytest.fail("the network does not come")


def name(context, network):
    return cluster_networks.name_of(context.cloud, network.id)


def on(cluster, do, *words):
    """Do something on the cluster, behind the cloud's back."""
    cluster.cluster.change(lambda turn: do(turn.db, *words))


def reserve(cluster, context, network, *, add=(), remove=()):
    cluster.cluster.change(
        lambda turn: there.reserve(turn.db, name(context, network), add=add, remove=remove)
    )


def reserved(cluster, context, network):
    """Return what is reserved in the cluster but for what is so by itself."""
    found = cluster.networks.network(name(context, network))
    return found.reserved - {"10.0.0.0", "10.0.0.1", "10.0.0.255"}


def kinds(context, backend):
    return [each.kind for each in survey(context, backend).differences]


def held(context, network, keeper):
    with context.reading() as session:
        return reservations.held(session, network.id, keeper)


def test_what_is_alike_differs_in_nothing(context, backend, network):
    assert [] == kinds(context, backend)


def test_one_that_the_cluster_lost_comes_back(context, backend, cluster, network):
    on(cluster, there.drop, name(context, network))
    assert ["missing"] == kinds(context, backend)

    cluster_repairs.look(context, backend.id)
    come(context, backend, network)

    assert [] == kinds(context, backend)


def test_one_that_hangs_is_connected_again(context, backend, cluster, network):
    on(cluster, there.disconnect, name(context, network))
    assert ["hanging"] == kinds(context, backend)

    cluster_repairs.look(context, backend.id)
    come(context, backend, network)

    assert cluster.networks.network(name(context, network)).is_connected


def test_one_that_is_there_unknown_becomes_known(context, backend, network):
    with context.unit_of_work() as session:
        session.execute(delete(PresenceRow))
    assert ["parted"] == kinds(context, backend)

    cluster_repairs.look(context, backend.id)

    assert [] == kinds(context, backend)
    assert [network.id] == list(service.present(context, backend.id, [network.id]))


def test_one_whose_leaving_nobody_goes_on_with_is_looked_at_anew(context, backend, network):
    with context.unit_of_work() as session:
        session.execute(update(PresenceRow).values(state="leaving"))
    assert ["halted"] == kinds(context, backend)

    cluster_repairs.look(context, backend.id)
    come(context, backend, network)

    assert [] == kinds(context, backend)


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_stray_one_is_for_a_person_to_judge(context, backend, cluster, is_ours):
    stray = "snf-net-00000000-0000-4000-8000-000000000009"
    tags = [f"{cluster_networks.OWN_TAG}x"] if is_ours else []
    spec = {"name": stray, "cidr": "10.9.0.0/24", "gateway": None, "mac_prefix": ""}
    on(cluster, there.put, {**spec, "tags": tags, "reserved": []})

    cluster_repairs.look(context, backend.id)
    (difference,) = survey(context, backend).differences
    assert "orphans" == difference.kind

    assert is_ours is cluster_repairs.repair(context, backend.id, difference, is_awaited=True)
    if is_ours:
        with pytest.raises(NetworkMissing):
            cluster.networks.network(stray)


def test_what_is_on_its_way_differs_in_nothing(context, backend, cluster, network):
    with context.unit_of_work() as session:
        session.execute(update(PresenceRow).values(state="coming", job_ids=["9999"]))
    on(cluster, there.drop, name(context, network))

    assert [] == kinds(context, backend)


def test_an_address_that_is_reserved_there_is_given_to_nobody(
    context, member, backend, cluster, network
):
    reserve(cluster, context, network, add=["10.0.0.7"])

    cluster_repairs.look(context, backend.id)

    wanted = service.PortSpec(network.id, fixed_ips=[service.FixedIpRequest(ip="10.0.0.7")])
    with pytest.raises(Conflict):
        service.create_port(member, wanted)
    assert {"10.0.0.7"} == held(context, network, backend.id)
    assert [] == kinds(context, backend)
    reserve(cluster, context, network, remove=["10.0.0.7"])
    cluster_repairs.look(context, backend.id)
    assert "10.0.0.7" == service.create_port(member, wanted).fixed_ips[0].ip


def test_an_address_that_a_port_has_already_is_told_of(context, member, backend, cluster, network):
    wanted = service.PortSpec(network.id, fixed_ips=[service.FixedIpRequest(ip="10.0.0.7")])
    service.create_port(member, wanted)
    reserve(cluster, context, network, add=["10.0.0.7"])

    cluster_repairs.look(context, backend.id)

    (difference,) = survey(context, backend).differences
    assert ("clashes", ("10.0.0.7",)) == (difference.kind, difference.ips)


def test_what_the_operator_keeps_here_is_reserved_there_and_free_again(
    context, admin, backend, cluster, network, capsys, monkeypatch
):
    monkeypatch.setenv("OS_DATABASE__URL", admin.cloud.config.database.url)

    def modify(*words):
        return main(["--data", str(admin.cloud.data_dir), "network", "modify", network.id, *words])

    assert 0 == modify("--reserve", "10.0.0.8")
    cluster_repairs.look(context, backend.id)
    assert {"10.0.0.8"} == reserved(cluster, context, network)
    assert [] == kinds(context, backend)

    assert 0 == modify("--unreserve", "10.0.0.8")
    cluster_repairs.look(context, backend.id)
    assert frozenset() == reserved(cluster, context, network)
    assert [] == kinds(context, backend)
    assert 1 == modify("--reserve", "10.99.0.1")


def test_the_address_of_a_router_is_reserved_there(context, member, backend, cluster, network):
    router = service.create_router(member, service.RouterSpec(name="r"))
    wanted = service.PortSpec(network.id, fixed_ips=[service.FixedIpRequest(ip="10.0.0.9")])
    port = service.create_port(member, wanted)
    service.add_interface(member, router.id, port_id=port.id)

    cluster_repairs.look(context, backend.id)

    assert {"10.0.0.9"} == reserved(cluster, context, network)
    assert [] == kinds(context, backend)


def test_what_is_reserved_in_one_cluster_is_so_in_others_and_when_it_comes_again(
    context, backend, cluster, network
):
    reserve(cluster, context, network, add=["10.0.0.7"])
    cluster_repairs.look(context, backend.id)
    other = synnefo_backends.add(context, name="south", driver="sim", settings=QUICK)
    south = synnefo_backends.call(context, other.id, lambda driver: driver)

    come(context, other, network)
    on(cluster, there.drop, name(context, network))
    cluster_repairs.look(context, backend.id)
    come(context, backend, network)

    for each in (cluster, south):
        assert {"10.0.0.7"} == reserved(each, context, network)
    for each in (backend, synnefo_backends.find(context, "south")):
        assert [] == kinds(context, each)


def test_reservations_are_no_hindrance_to_a_deletion(context, member, backend, cluster, network):
    reserve(cluster, context, network, add=["10.0.0.7"])
    cluster_repairs.look(context, backend.id)

    (subnet_id,) = service.show_network(member, network.id).subnet_ids
    service.delete_subnet(member, subnet_id)
    service.delete_network(member, network.id)

    with context.reading() as session:
        assert [] == list(session.scalars(select(PortRow.id)))


def test_nobody_deletes_what_reserves(context, member, admin, backend, cluster, network):
    reserve(cluster, context, network, add=["10.0.0.7"])
    cluster_repairs.look(context, backend.id)
    (port,) = service.list_ports(admin, service.Listing())

    assert [] == service.list_ports(member, service.Listing())
    with pytest.raises(Conflict):
        service.delete_port(admin, port.id)


@pytest.fixture
def hear(context):
    """Return a function that hands over a notice about a network's job."""

    def hear(network, sender="north", **changes):
        told = {"network": network, "state": "success", "job": "1", "at": 1.0} | changes
        events.hear_jobs(context, [Message(events.TOPIC, told, sender=sender)])

    return hear


def test_a_notice_has_what_was_reserved_copied_at_once(context, cluster, network, hear, backend):
    reserve(cluster, context, network, add=["10.0.0.7"])

    hear(name(context, network), operation="OP_NETWORK_SET_PARAMS")

    assert {"10.0.0.7"} == held(context, network, backend.id)


@pytest.mark.parametrize(
    "notice",
    [
        {"sender": "nowhere"},
        {"state": "running"},
        {"state": None},
        {"network": 7},
        {"network": "snf-net-" + "x" * 300},
        {"network": "of-somebody-else"},
        {"network": "snf-net-unknown"},
    ],
)
def test_a_notice_that_says_nothing_does_nothing(context, cluster, network, hear, backend, notice):
    reserve(cluster, context, network, add=["10.0.0.7"])

    hear(**{"network": name(context, network), **notice})

    assert frozenset() == held(context, network, backend.id)


def test_a_cluster_that_does_not_answer_is_left(context, cluster, network, hear, backend):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    hear(name(context, network))

    assert survey(context, backend).problem


@pytest.fixture
def run(admin, capsys, monkeypatch):
    """Return a function that reconciles; it returns the exit code and what was printed."""
    monkeypatch.setenv("OS_DATABASE__URL", admin.cloud.config.database.url)

    def run(*words):
        code = main(["--data", str(admin.cloud.data_dir), "reconcile", *words, "-f", "value"])
        return code, capsys.readouterr().out

    return run


def test_an_operator_sees_differences_and_repairs_them(context, cluster, network, run):
    on(cluster, there.drop, name(context, network))

    found = run("networks", "--backend", "north")
    fixed = run("networks", "--backend", "north", "--fix")
    after = run("networks")

    assert (1, True) == (found[0], f"missing {network.id}" in found[1])
    assert (0, True) == (fixed[0], "yes" in fixed[1])
    assert (0, "") == (after[0], after[1].strip())


def test_an_operator_sees_pools_and_repairs_them(context, cluster, network, run):
    reserve(cluster, context, network, add=["10.0.0.7"])

    found, left = run("pools"), run("pools", "--fix", "leaks")
    fixed, after = run("pools", "--fix", "reservations"), run("pools")

    assert (1, True) == (found[0], "10.0.0.7" in found[1])
    assert [1, 0, 0] == [left[0], fixed[0], after[0]]


def test_a_cluster_that_is_away_is_unknown(cluster, run):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    code, out = run("networks")

    assert (1, True) == (code, "unknown" in out)


def test_what_the_cloud_put_there_and_has_no_more_is_taken_away():
    known = Recorded(
        "n", "snf-net-n", "present", own=frozenset({"10.0.0.9"}), put=frozenset({"10.0.0.8"})
    )
    ends = {"10.0.0.0", "10.0.0.255", "10.0.0.1"}
    found = ClusterNetwork(
        "snf-net-n", "10.0.0.0/24", "10.0.0.1", reserved=frozenset({*ends, "10.0.0.8", "10.0.0.7"})
    )

    (difference,) = cluster_differences.of_pools(known, found)

    assert (("10.0.0.7",), (), ("10.0.0.9",), ("10.0.0.8",)) == (
        difference.taken,
        difference.freed,
        difference.wanted,
        difference.kept,
    )
