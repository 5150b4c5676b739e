# SPDX-License-Identifier: Apache-2.0
"""Server groups: where their servers go, what they cost, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import instances as simulated
from synnefo_backends import NoRoomAnywhere
from synnefo_compute import ServerSpec
from synnefo_core.errors import Forbidden, InvalidField, NotFound, QuotaExceeded

FLAVOR = "small"


@pytest.fixture
def group(member):
    """Return a function that makes a group of a policy and returns its id."""

    def make(policy, **settings):
        made = synnefo_compute.create_server_group(member, name="g", policy=policy, **settings)
        return made.id

    return make


@pytest.fixture
def second(context, cluster):
    """Register another cluster of two nodes; return its id."""
    settings = {"job_delay_min_s": "0", "job_delay_max_s": "0", "nodes": "2"}
    backend = synnefo_backends.add(context, name="other", driver="sim", settings=settings)
    synnefo_backends.refresh(context, "other")
    return backend.id


@pytest.fixture
def create(member, network, cluster):
    """Return a function that asks for a server of a group."""

    def ask(group_id):
        return synnefo_compute.create_server(member, ServerSpec("web", FLAVOR, group_id=group_id))

    return ask


@pytest.fixture
def outsider(member):
    """Return the context of a member of another project."""
    return replace(member, user_id="u2", project_id="p2")


def groups_held(context):
    holdings = synnefo_quota.holdings(context, "p1")
    return {h.usage for h in holdings if h.resource == "cyclades.server_group"}


def shown(member, servers):
    return [synnefo_compute.show_server(member, server.id) for server in servers]


@pytest.mark.parametrize("policy", ["affinity", "soft-affinity"])
def test_servers_that_belong_together_are_on_one_cluster(policy, group, second, create):
    group_id = group(policy)

    servers = [create(group_id) for _ in range(4)]

    assert 1 == len({server.backend_id for server in servers})


@pytest.mark.parametrize("policy", ["anti-affinity", "soft-anti-affinity"])
def test_servers_to_be_apart_are_spread_over_the_clusters(policy, group, second, create):
    group_id = group(policy)

    servers = [create(group_id) for _ in range(4)]

    assert [2, 2] == list(Counter(server.backend_id for server in servers).values())


def test_on_one_cluster_servers_to_be_apart_are_on_nodes_of_their_own(
    group, create, settle, member
):
    group_id = group("anti-affinity")

    servers = [create(group_id) for _ in range(2)]
    settle()

    assert 2 == len({server.node for server in shown(member, servers)})


def test_there_are_no_more_of_them_than_nodes(group, create):
    group_id = group("anti-affinity")
    for _ in range(2):
        create(group_id)

    with pytest.raises(NoRoomAnywhere, match="1 where the server group can't be"):
        create(group_id)


def test_so_many_may_share_a_node_as_the_group_says(group, create, settle, member):
    group_id = group("anti-affinity", most_per_node=2)

    servers = [create(group_id) for _ in range(4)]
    settle()

    assert [2, 2] == list(Counter(server.node for server in shown(member, servers)).values())


def test_softly_there_may_be_more_of_them(group, create, settle, member):
    group_id = group("soft-anti-affinity")

    servers = [create(group_id) for _ in range(3)]
    settle()

    assert {"active"} == {server.vm_state for server in shown(member, servers)}


def test_where_the_cluster_does_not_heed_tags_none_is_beside_another(
    group, create, settle, member, monkeypatch
):
    monkeypatch.setattr(simulated, "EXCLUSION", "unheard of")
    group_id = group("anti-affinity")
    first = create(group_id)
    settle()

    late = create(group_id)
    settle()

    kept, failed = shown(member, [first, late])
    assert ("active", "error") == (kept.vm_state, failed.vm_state)
    assert "the anti-affinity policy of the server group was violated" == failed.fault


def test_a_group_tells_the_servers_that_it_has(group, create, settle, member):
    group_id = group("affinity")
    kept, removed = create(group_id), create(group_id)
    synnefo_compute.delete_server(member, removed.id)
    settle()

    assert (kept.id,) == synnefo_compute.show_server_group(member, group_id).members


def test_servers_stay_when_their_group_goes(group, create, settle, member):
    group_id = group("affinity")
    server = create(group_id)
    settle()

    synnefo_compute.delete_server_group(member, group_id)

    assert "" == synnefo_compute.show_server(member, server.id).group_id
    with pytest.raises(NotFound, match="server group"):
        synnefo_compute.show_server_group(member, group_id)


def test_a_full_group_takes_no_more(group, create, cloud):
    cloud.config.set_override("server_group_members", 1, group="compute")
    group_id = group("affinity")
    create(group_id)

    with pytest.raises(Forbidden, match="too many servers in group"):
        create(group_id)


def test_groups_are_counted(group, member, cluster):
    made = [group("affinity") for _ in range(10)]
    with pytest.raises(QuotaExceeded):
        group("affinity")

    synnefo_compute.delete_server_group(member, made[0])

    assert {9} == groups_held(member)


def test_only_what_is_strictly_apart_has_rules(group):
    with pytest.raises(InvalidField, match="only the policy anti-affinity has rules"):
        group("affinity", most_per_node=2)


def test_groups_of_others_are_not_there(group, outsider, cluster):
    group_id = group("affinity")

    assert [] == synnefo_compute.list_server_groups(outsider)
    with pytest.raises(InvalidField, match="could not be found"):
        synnefo_compute.create_server(outsider, ServerSpec("web", FLAVOR, group_id=group_id))
    with pytest.raises(NotFound):
        synnefo_compute.delete_server_group(outsider, group_id)
