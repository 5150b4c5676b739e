# SPDX-License-Identifier: Apache-2.0
"""The clusters: secrets stay secret, placement is fair, a dead cluster slows down nobody."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

import synnefo_backends
from synnefo_backends import Demand, connections
from synnefo_backends.models import BackendRow
from synnefo_backends.refresh import refresh_due
from synnefo_core.contracts.compute import BackendBusy, BackendUnavailable
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import Conflict, Duplicate, NotFound, Unavailable
from synnefo_core.testing.fixtures import StillClock

SMALL = Demand(vcpus=1, ram_mib=512, disk_mib=1024)


@pytest.fixture
def clock() -> StillClock:
    """Return a clock that stands still."""
    return StillClock()


@pytest.fixture
def two_clusters(context) -> list[str]:
    """Register two simulated clusters and return their ids."""
    ids = []
    for name in ("alpha", "beta"):
        backend = synnefo_backends.add(
            context, name=name, driver="sim", settings={"nodes": "1", "ram_mib": "4096"}
        )
        synnefo_backends.refresh(context, name)
        ids.append(backend.id)
    return ids


def test_a_password_is_stored_encrypted_and_given_back_to_the_driver(context):
    settings = {"url": "https://c1.example:5080", "password": "s3cret", "insecure": "true"}
    synnefo_backends.add(context, name="c1", driver="ganeti", settings=settings)

    with context.reading() as session:
        row = session.scalars(select(BackendRow)).one()

    assert "s3cret" not in f"{row.settings}{row.secrets}"
    assert synnefo_backends.find(context, "c1").secrets["password"] == "s3cret"
    assert "s3cret" not in repr(synnefo_backends.find(context, "c1"))


def test_an_unknown_setting_is_refused_with_those_that_are_known(context):
    with pytest.raises(Misconfigured, match="unknown settings: colour; known: archive_after_s"):
        synnefo_backends.add(context, name="c1", driver="sim", settings={"colour": "red"})


def test_a_name_is_given_once(context, two_clusters):
    with pytest.raises(Duplicate):
        synnefo_backends.add(context, name="alpha", driver="sim", settings={})


def test_refreshing_writes_down_what_the_cluster_has(context, two_clusters):
    backend = synnefo_backends.find(context, "alpha")

    assert (backend.nodes, backend.ram_mib, backend.problem) == (1, 4096, "")
    assert backend.disk_templates


def test_servers_spread_over_clusters(context, two_clusters):
    chosen = [synnefo_backends.place(context, f"s{n}", SMALL) for n in range(4)]

    assert sorted(chosen.count(backend_id) for backend_id in two_clusters) == [2, 2]


def test_a_drained_cluster_gets_no_new_servers(context, two_clusters):
    synnefo_backends.modify(context, "alpha", is_drained=True)

    assert {synnefo_backends.place(context, f"s{n}", SMALL) for n in range(3)} == {two_clusters[1]}


def test_memory_is_never_given_out_twice(context, two_clusters):
    large = Demand(vcpus=1, ram_mib=3000, disk_mib=1)
    synnefo_backends.place(context, "s1", large)
    synnefo_backends.place(context, "s2", large)

    with pytest.raises(synnefo_backends.NoRoomAnywhere):
        synnefo_backends.place(context, "s3", large)

    synnefo_backends.release(context, "s1")
    assert synnefo_backends.place(context, "s3", large)


def test_a_cluster_with_servers_is_not_forgotten(context, two_clusters):
    synnefo_backends.book(context, "s1", two_clusters[0], SMALL)

    with pytest.raises(Conflict, match="still has 1 servers"):
        synnefo_backends.remove(context, "alpha")

    synnefo_backends.release(context, "s1")
    synnefo_backends.remove(context, "alpha")
    with pytest.raises(NotFound):
        synnefo_backends.find(context, "alpha")


def test_an_offline_cluster_is_never_called(context, two_clusters):
    synnefo_backends.modify(context, "alpha", is_offline=True)
    calls = []

    with pytest.raises(BackendUnavailable, match="offline"):
        synnefo_backends.call(context, two_clusters[0], calls.append)

    assert calls == []


def test_a_dead_cluster_is_left_alone_for_a_while(context, two_clusters, clock):
    tries = []

    def fail(backend) -> None:
        tries.append(backend)
        message = "no answer"
        raise BackendUnavailable(message)

    for _ in range(connections.FAILURES + 5):
        with pytest.raises(BackendUnavailable):
            synnefo_backends.call(context, two_clusters[0], fail)
    assert len(tries) == connections.FAILURES

    clock.advance(connections.PAUSE_S + 1)
    with pytest.raises(BackendUnavailable):
        synnefo_backends.call(context, two_clusters[0], fail)
    assert len(tries) == connections.FAILURES + 1


def _silent(_backend) -> None:
    message = "no route"
    raise BackendUnavailable(message)


def _give_up_on(context, backend_id: str) -> None:
    for _ in range(connections.FAILURES):
        with pytest.raises(BackendUnavailable):
            synnefo_backends.call(context, backend_id, _silent)


def test_all_know_that_a_cluster_can_not_be_reached_until_it_answers(context, two_clusters, clock):
    _give_up_on(context, two_clusters[0])

    assert "no route" == synnefo_backends.find(context, "alpha").problem
    with pytest.raises(Unavailable, match="try again later"):
        synnefo_backends.require_reachable(context, two_clusters[0])
    synnefo_backends.require_reachable(context, two_clusters[1])

    clock.advance(connections.PAUSE_S + 1)
    synnefo_backends.call(context, two_clusters[0], lambda backend: None)
    synnefo_backends.require_reachable(context, two_clusters[0])


def test_a_cluster_with_a_problem_is_asked_until_it_answers(context, two_clusters, clock):
    _give_up_on(context, two_clusters[0])

    refresh_due(context)
    assert "no route" == synnefo_backends.find(context, "alpha").problem

    clock.advance(connections.PAUSE_S + 1)
    refresh_due(context)
    assert "" == synnefo_backends.find(context, "alpha").problem


def test_a_cluster_that_does_not_end_its_calls_gets_no_more_of_them(context, two_clusters):
    most = context.cloud.config.worker.sagas // 2
    entered, go_on = threading.Semaphore(0), threading.Event()

    def hang(_backend) -> None:
        entered.release()
        go_on.wait(30)

    hanging = [
        threading.Thread(target=synnefo_backends.call, args=(context, two_clusters[0], hang))
        for _ in range(most)
    ]
    for thread in hanging:
        thread.start()
    for _ in hanging:
        assert entered.acquire(timeout=10)

    with pytest.raises(BackendBusy, match="earlier calls"):
        synnefo_backends.call(context, two_clusters[0], hang)
    assert synnefo_backends.call(context, two_clusters[1], lambda b: b.inventory.capacity())

    go_on.set()
    for thread in hanging:
        thread.join()
    assert synnefo_backends.call(context, two_clusters[0], lambda b: b.inventory.capacity())


def test_the_other_clusters_are_not_affected_by_a_dead_one(context, two_clusters):
    def fail(_backend) -> None:
        message = "no answer"
        raise BackendUnavailable(message)

    for _ in range(connections.FAILURES):
        with pytest.raises(BackendUnavailable):
            synnefo_backends.call(context, two_clusters[0], fail)

    assert synnefo_backends.call(context, two_clusters[1], lambda b: b.inventory.capacity())


def test_changed_settings_are_used_by_the_next_call(context, two_clusters):
    before = synnefo_backends.call(context, two_clusters[0], lambda backend: backend)

    synnefo_backends.modify(context, "alpha", settings={"job_delay_max_s": "9"})

    assert synnefo_backends.call(context, two_clusters[0], lambda backend: backend) is not before


def test_a_cluster_is_not_called_inside_a_transaction(context, two_clusters):
    with context.unit_of_work(), pytest.raises(RuntimeError, match="never called inside"):
        synnefo_backends.call(context, two_clusters[0], lambda backend: backend)


def test_a_server_grows_where_it_is_while_there_is_room(context, two_clusters):
    backend_id = synnefo_backends.place(context, "s1", SMALL)

    synnefo_backends.rebook(context, "s1", Demand(vcpus=2, ram_mib=4096, disk_mib=1024))

    assert {backend_id: 4096} == _booked_ram_mib(context)
    with pytest.raises(synnefo_backends.NoRoomAnywhere):
        synnefo_backends.rebook(context, "s1", Demand(vcpus=2, ram_mib=4097, disk_mib=1024))


def test_what_gets_smaller_fits_a_cluster_that_is_too_full(context, two_clusters):
    backend_id = synnefo_backends.place(context, "s1", SMALL)
    synnefo_backends.book(context, "s2", backend_id, Demand(vcpus=1, ram_mib=8192, disk_mib=0))

    synnefo_backends.rebook(context, "s1", Demand(vcpus=1, ram_mib=256, disk_mib=1024))

    assert {backend_id: 8192 + 256} == _booked_ram_mib(context)


def _booked_ram_mib(context) -> dict[str, int]:
    return {
        each.backend.id: each.occupancy.booked.ram_mib
        for each in synnefo_backends.occupied(context)
        if each.occupancy.booked.ram_mib
    }
