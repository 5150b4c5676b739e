# SPDX-License-Identifier: Apache-2.0
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

import pytest

import synnefo_network as service
from synnefo_core.errors import Conflict, Forbidden, InvalidField, NotFound
from synnefo_network import prefixes
from synnefo_network.pool_errors import (
    PoolExhausted,
    PoolInUse,
    PoolQuotaExceeded,
    PrefixesLost,
    ScopeInUse,
    ScopesOverlap,
)


def make(context, *cidrs, **more):
    return service.create_subnet_pool(context, service.SubnetPoolSpec(prefixes=cidrs, **more))


def cut(context, pool_id, **more):
    network = service.create_network(context, service.NetworkSpec())
    spec = service.SubnetSpec(network_id=network.id, pool_id=pool_id, **more)
    return service.create_subnet(context, spec)


def test_a_pool_is_shown_as_it_was_made_with_prefixes_as_few_as_can_be(member, stranger):
    pool = make(member, "10.1.0.0/24", "10.0.0.0/24", "10.1.1.0/24", name="p")

    assert pool == service.show_subnet_pool(member, pool.id)
    assert [pool] == service.list_subnet_pools(member, service.Listing({"name": ["p"]}))
    assert ("10.0.0.0/24", "10.1.0.0/23") == pool.prefixes
    assert (4, 8, 32, 8) == (
        pool.ip_version,
        pool.min_length,
        pool.max_length,
        pool.default_length,
    )
    with pytest.raises(NotFound):
        service.show_subnet_pool(stranger, pool.id)


def test_subnets_are_cut_from_a_pool_until_nothing_is_left(member):
    pool = make(member, "10.0.0.0/28", "10.0.1.0/29", default_length=29)

    given = [cut(member, pool.id).cidr for _ in range(2)]
    given.append(cut(member, pool.id, prefix_length=30).cidr)

    assert ["10.0.0.0/29", "10.0.0.8/29", "10.0.1.0/30"] == given
    with pytest.raises(PoolExhausted):
        cut(member, pool.id)
    assert "10.0.1.4/30" == cut(member, pool.id, prefix_length=30).cidr


def test_what_is_given_back_is_cut_again(member):
    pool = make(member, "10.0.0.0/29", default_length=29)
    subnet = cut(member, pool.id)
    with pytest.raises(PoolInUse):
        service.delete_subnet_pool(member, pool.id)

    service.delete_subnet(member, subnet.id)

    assert subnet.cidr == cut(member, pool.id).cidr


def test_a_range_of_the_pool_can_be_chosen(member):
    pool = make(member, "10.0.0.0/24", min_length=24)

    chosen = cut(member, pool.id, cidr="10.0.0.64/26")

    assert (pool.id, "10.0.0.64/26") == (chosen.pool_id, chosen.cidr)
    for bad in ("10.0.0.64/27", "10.1.0.0/26"):
        with pytest.raises(PoolExhausted):
            cut(member, pool.id, cidr=bad)
    with pytest.raises(InvalidField):
        cut(member, pool.id, prefix_length=23)
    with pytest.raises(InvalidField):
        cut(member, pool.id, ip_version=6)


def test_of_ipv6_as_well(member):
    pool = make(member, "fd00::/62")

    given = [cut(member, pool.id, ip_version=6).cidr for _ in range(2)]

    assert ["fd00::/64", "fd00:0:0:1::/64"] == given


def test_the_subnets_of_a_network_are_of_one_pool(member):
    pool, other = make(member, "10.0.0.0/24"), make(member, "10.1.0.0/24")
    subnet = cut(member, pool.id, prefix_length=26)

    for spec in ({"pool_id": other.id, "prefix_length": 26}, {"cidr": "10.2.0.0/24"}):
        with pytest.raises(InvalidField):
            service.create_subnet(member, service.SubnetSpec(network_id=subnet.network_id, **spec))


def test_a_project_has_no_more_of_a_pool_than_it_may(member, stranger, admin):
    pool = make(admin, "10.0.0.0/16", default_quota=300, is_shared=True)
    cut(member, pool.id, prefix_length=24)

    with pytest.raises(PoolQuotaExceeded):
        cut(member, pool.id, prefix_length=26)

    cut(stranger, pool.id, prefix_length=24)


def test_who_names_no_pool_gets_a_subnet_of_the_default_one(member, admin):
    with pytest.raises(NotFound):
        cut(member, service.ANY_POOL)
    pool = make(admin, "10.0.0.0/16", is_default=True, is_shared=True, default_length=24)

    assert pool.id == cut(member, service.ANY_POOL).pool_id
    with pytest.raises(Conflict):
        make(admin, "10.1.0.0/16", is_default=True)
    with pytest.raises(Forbidden):
        make(member, "10.1.0.0/16", is_default=True)
    with pytest.raises(Forbidden):
        make(member, "10.1.0.0/16", is_shared=True)
    with pytest.raises(Forbidden):
        service.update_subnet_pool(member, pool.id, {"name": "mine"})


def test_prefixes_grow_and_what_is_not_used_goes(member):
    pool = make(member, "10.0.0.0/24", default_length=26)
    cut(member, pool.id)

    with pytest.raises(PrefixesLost):
        service.update_subnet_pool(member, pool.id, {"prefixes": ["10.1.0.0/24"]})
    grown = service.update_subnet_pool(member, pool.id, {"prefixes": ["10.0.0.0/23"]})
    more = service.add_prefixes(member, pool.id, ["10.9.0.0/24"])
    with pytest.raises(PoolInUse):
        service.remove_prefixes(member, pool.id, ["10.0.0.0/24"])
    less = service.remove_prefixes(member, pool.id, ["10.0.1.0/24", "10.9.0.0/25"])

    assert ("10.0.0.0/23",) == grown.prefixes
    assert ("10.0.0.0/23", "10.9.0.0/24") == more.prefixes
    assert ("10.0.0.0/24", "10.9.0.128/25") == less.prefixes


@pytest.mark.parametrize(
    "spec",
    [
        {"prefixes": []},
        {"prefixes": ["nonsense"]},
        {"prefixes": ["10.0.0.0/8", "fd00::/48"]},
        {"prefixes": ["10.0.0.0/8"], "min_length": 24, "default_length": 16},
        {"prefixes": ["10.0.0.0/8"], "max_length": 33},
    ],
)
def test_what_makes_no_sense_is_refused(member, spec):
    with pytest.raises(InvalidField):
        service.create_subnet_pool(member, service.SubnetPoolSpec(**spec))


def test_pools_of_a_scope_do_not_overlap(member, stranger):
    scope = service.create_address_scope(member, name="s", ip_version=4)
    make(member, "10.0.0.0/16", scope_id=scope.id)
    free = make(member, "10.0.0.0/8")

    with pytest.raises(ScopesOverlap):
        make(member, "10.0.1.0/24", scope_id=scope.id)
    with pytest.raises(ScopesOverlap):
        service.update_subnet_pool(member, free.id, {"scope_id": scope.id})
    with pytest.raises(InvalidField):
        make(member, "fd00::/48", scope_id=scope.id)
    with pytest.raises(NotFound):
        make(stranger, "10.7.0.0/16", scope_id=scope.id)
    with pytest.raises(ScopeInUse):
        service.delete_address_scope(member, scope.id)
    assert scope == service.show_address_scope(member, scope.id)
    renamed = service.update_address_scope(member, scope.id, name="t")
    assert [renamed] == service.list_address_scopes(member, service.Listing())


def test_those_who_cut_at_once_never_get_the_same(member, admin):
    pool = make(admin, "10.0.0.0/24", is_shared=True)
    networks = [service.create_network(member, service.NetworkSpec()) for _ in range(8)]

    def cut_some(network):
        spec = service.SubnetSpec(network_id=network.id, pool_id=pool.id, prefix_length=28)
        return [service.create_subnet(member, spec).cidr for _ in range(2)]

    with ThreadPoolExecutor(8) as threads:
        given = [cidr for some in threads.map(cut_some, networks) for cidr in some]

    assert 16 == len(set(given))
    with pytest.raises(PoolExhausted):
        cut(member, pool.id, prefix_length=28)


def test_the_first_free_range_is_found_between_those_that_are_taken():
    there = [ip_network("10.0.0.0/24"), ip_network("10.0.2.0/25")]

    def free(length, *taken):
        found = prefixes.first_free(there, [ip_network(one) for one in taken], length)
        return found and str(found)

    assert "10.0.0.0/25" == free(25)
    assert "10.0.0.128/25" == free(25, "10.0.0.0/30")
    assert "10.0.2.0/25" == free(25, "10.0.0.0/30", "10.0.0.200/32")
    assert "10.0.0.4/30" == free(30, "10.0.0.0/30", "10.0.0.8/29")
    assert None is free(24, "10.0.0.5/32")
    assert None is free(16)
