# SPDX-License-Identifier: Apache-2.0
"""What can be said of a new server, and what is done where nothing is said."""

from __future__ import annotations

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_network
from synnefo_backends import NoRoomAnywhere
from synnefo_compute import ServerSpec
from synnefo_compute.first_boot.told import of_server
from synnefo_compute.models import ServerRow
from synnefo_core.errors import InvalidField

FLAVOR = "small"


def create(member, **said):
    return synnefo_compute.create_server(member, ServerSpec("web", FLAVOR, **said))


def networks(member):
    found = synnefo_network.list_networks(member, synnefo_network.Listing())
    return [network.name for network in found]


def test_a_project_without_a_network_gets_one(member, cluster):
    first = create(member, network_policy=synnefo_compute.AUTO)
    second = create(member, network_policy=synnefo_compute.AUTO)

    assert ["auto_allocated_network"] == networks(member)
    addresses = {server.ports[0].fixed_ips[0].ip for server in (first, second)}
    assert 2 == len(addresses)
    assert all(ip.startswith("192.168.0.") for ip in addresses)


def test_a_network_that_there_is_is_taken(member, cluster, network):
    server = create(member, network_policy=synnefo_compute.AUTO)

    assert [network] == [port.network_id for port in server.ports]
    assert ["n"] == networks(member)


def test_no_card_where_none_is_wanted(member, cluster, network):
    assert () == create(member, network_policy=synnefo_compute.NONE).ports


def test_an_administrator_chooses_the_cluster(context, member, cluster):
    settings = {"job_delay_min_s": "0", "job_delay_max_s": "0", "nodes": "1"}
    other = synnefo_backends.add(context, name="other", driver="sim", settings=settings)
    synnefo_backends.refresh(context, "other")

    servers = [create(member, host="other") for _ in range(2)]

    assert {other.id} == {server.backend_id for server in servers}
    with pytest.raises(InvalidField, match="compute host moon could not be found"):
        create(member, host="moon")


def test_several_servers_have_hostnames_of_their_own(member, cluster):
    spec = ServerSpec("web", FLAVOR, hostname="pages", tags=["red"])

    made = synnefo_compute.create_servers(member, spec, least=2, most=2)

    assert ["pages-1", "pages-2"] == [server.hostname for server in made]
    assert [("red",), ("red",)] == [
        synnefo_compute.show_server(member, server.id).tags for server in made
    ]


def test_a_lock_keeps_its_reason_until_it_goes(server, member):
    synnefo_compute.lock_server(member, server.id, reason="mind the cable")
    synnefo_compute.lock_server(member, server.id, reason="mind the gap")
    assert "mind the cable" == synnefo_compute.show_server(member, server.id).locked_reason

    synnefo_compute.unlock_server(member, server.id)

    assert "" == synnefo_compute.show_server(member, server.id).locked_reason


def test_a_guest_is_called_as_its_owner_wants(member, cluster):
    server = create(member, hostname="pages.example.org")
    synnefo_compute.update_server(member, server.id, hostname="other")

    with member.reading() as session:
        told = of_server(member, session.get_one(ServerRow, server.id))
    assert "other" == told.hostname


def test_a_flavor_that_asks_for_a_kind_of_cluster_goes_there_only(
    context, member, cluster, network
):
    synnefo_backends.add(context, name="fast", driver="sim", settings={})
    synnefo_backends.refresh(context, "fast")
    group = synnefo_backends.create_aggregate(context, "fast ones")
    synnefo_compute.merge_flavor_specs(
        context, FLAVOR, {"aggregate_instance_extra_specs:disk": "ssd", "hw:other": "1"}
    )
    with pytest.raises(NoRoomAnywhere, match="2 not of the kind that the flavor wants"):
        synnefo_compute.create_server(member, ServerSpec("web", FLAVOR))

    synnefo_backends.set_aggregate_metadata(context, group.id, {"disk": "ssd"})
    synnefo_backends.add_to_aggregate(context, group.id, "fast")
    made = synnefo_compute.create_server(member, ServerSpec("web", FLAVOR))

    assert synnefo_backends.id_of(context, "fast") == made.backend_id
