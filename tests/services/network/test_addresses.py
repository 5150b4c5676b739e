# SPDX-License-Identifier: Apache-2.0
"""Addresses under pressure: many at once, pools nearly full, transactions that fail."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from sqlalchemy import func, insert, select

import synnefo_network as service
from synnefo_network import claims
from synnefo_network.errors import NoAddressLeft
from synnefo_network.models import AddressRow, PortRow

THREADS = 8
EACH = 50
ROOM = 253


@pytest.fixture
def is_postgresql(cloud):
    if cloud.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")


def addresses(context):
    with context.reading() as session:
        return list(session.scalars(select(AddressRow.ip)))


def grab(context, network, times):
    """Make ports until there were ``times`` tries; return the addresses that were given."""
    given = []
    for _ in range(times):
        try:
            port = service.create_port(context, service.PortSpec(network_id=network.id))
        except NoAddressLeft:
            continue
        given.append(port.fixed_ips[0].ip)
    return given


def in_parallel(act, threads=THREADS):
    with ThreadPoolExecutor(threads) as pool:
        return [pending.result(60) for pending in [pool.submit(act) for _ in range(threads)]]


def test_many_at_once_get_every_address_once_and_then_none(member, network, subnet):
    each = EACH if not member.cloud.database.is_sqlite else 33

    given = [ip for some in in_parallel(lambda: grab(member, network, each)) for ip in some]

    assert min(ROOM, THREADS * each) == len(given) == len(set(given))
    assert sorted(given) == sorted(addresses(member))
    with member.reading() as session:
        assert len(given) == session.scalar(select(func.count()).select_from(PortRow))


def test_what_a_failed_transaction_took_is_free_again(member, network, subnet):
    class Lost(Exception):
        pass

    def take_and_fail():
        with member.unit_of_work():
            for _ in range(5):
                service.create_port(member, service.PortSpec(network_id=network.id))
            raise Lost

    with pytest.raises(Lost):
        take_and_fail()

    assert [] == addresses(member)
    assert ROOM == len(grab(member, network, ROOM))


@pytest.mark.usefixtures("is_postgresql")
def test_those_who_come_at_once_do_not_wait_for_each_other(member, network):
    service.create_subnet(
        member,
        service.SubnetSpec(
            network_id=network.id, cidr="10.0.0.0/24", pools=[("10.0.0.10", "10.0.0.11")]
        ),
    )

    # A project's first port makes its default group: for that alone the others would wait.
    service.list_security_groups(member, service.Listing())

    with member.unit_of_work():
        first = service.create_port(member, service.PortSpec(network_id=network.id))
        # Another thread has a transaction of its own; this one is still open.
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(grab, member, network, 1).result(10)
            third = pool.submit(grab, member, network, 1).result(10)

    assert {"10.0.0.10", "10.0.0.11"} == {first.fixed_ips[0].ip, *second}
    assert [] == third


def test_the_last_free_addresses_of_a_large_subnet_are_found(member, network):
    subnet = service.create_subnet(
        member, service.SubnetSpec(network_id=network.id, cidr="10.0.0.0/18")
    )
    port = service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=[]))
    free = {2, 777, 778, 16382}
    rows = [
        {
            "id": f"a{position}",
            "subnet_id": subnet.id,
            "port_id": port.id,
            "ip": f"10.0.{position >> 8}.{position & 255}",
            "position": position,
        }
        for position in range(2, 2**14 - 1)
        if position not in free
    ]
    with member.unit_of_work() as session:
        session.execute(insert(AddressRow), rows)

    given = grab(member, network, 5)

    expected = {f"10.0.{position >> 8}.{position & 255}" for position in free}
    assert expected == set(given)


def test_gaps_are_those_between_what_is_taken(member, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=[]))
    numbers = count()
    with member.unit_of_work() as session:
        for position in (2, 3, 7, 9, 10, 20):
            values = {
                "id": f"a{next(numbers)}",
                "subnet_id": subnet.id,
                "port_id": port.id,
                "ip": f"10.0.0.{position}",
                "position": position,
            }
            session.execute(insert(AddressRow).values(**values))

    def gaps(first, last):
        with member.reading() as session:
            book = claims.Book(session, AddressRow, {"subnet_id": subnet.id})
            return list(book.gaps(first, last))

    assert [(0, 1), (4, 6), (8, 8), (11, 19), (21, 25)] == gaps(0, 25)
    assert [(4, 6), (8, 8), (11, 15)] == gaps(3, 15)
    assert [(12, 15)] == gaps(12, 15)
    assert [] == gaps(9, 10)
    assert [(21, 25)] == gaps(20, 25)


def test_an_ipv6_subnet_larger_than_a_database_can_count_gives_addresses(member, network):
    spec = service.SubnetSpec(network_id=network.id, cidr="fd00::/48", ip_version=6)
    service.create_subnet(member, spec)
    far = service.FixedIpRequest(ip="fd00:0:0:ffff::1")

    port = service.create_port(member, service.PortSpec(network_id=network.id, fixed_ips=[far]))

    assert "fd00:0:0:ffff::1" == port.fixed_ips[0].ip
    assert 20 == len(set(grab(member, network, 20)))
