# SPDX-License-Identifier: Apache-2.0
"""In which cluster a router is: where the servers of its networks are."""

from __future__ import annotations

import logging

import pytest

import synnefo_network
from synnefo_network.nodes import rounds, signing, spots
from synnefo_network.nodes.models import DocumentRow
from tests.services.network.hearing import Node


@pytest.fixture
def cloud_settings():
    return {("network", "gateway_link"): "br0"}


@pytest.fixture
def router(member, network):
    """A router of the network on which servers are made."""
    (subnet,) = synnefo_network.list_subnets(member, synnefo_network.Listing())
    made = synnefo_network.create_router(member, synnefo_network.RouterSpec())
    synnefo_network.add_interface(member, made.id, subnet_id=subnet.id)
    return made


@pytest.fixture
def come(context, tmp_path):
    """Return a function that has a gateway of a cluster come."""
    signing.make_first(context.cloud)

    def come(cluster):
        gate = Node(context, tmp_path, f"gate-{cluster}", cluster, is_gateway=True)
        gate.hello()
        rounds.run(context)

    return come


def where(context):
    return [(each.cluster, each.node, each.elsewhere) for each in spots.listing(context)]


def test_a_router_goes_where_its_servers_are_as_soon_as_there_is_a_gateway(
    context, add, server, router, come, caplog
):
    add("west")
    with caplog.at_level(logging.WARNING):
        come("west")
        come("west")

    assert [("west", "gate-west", "sim")] == where(context)
    said = [each for each in caplog.records if "not where all servers" in each.message]
    assert [("west", "sim")] == [(each.cluster, each.servers_in) for each in said]

    come("sim")

    assert [("sim", "gate-sim", "")] == where(context)
    with context.reading() as session:
        rows = session.query(DocumentRow).filter_by(thing_id=router.id)
        assert {("west", True), ("sim", False)} == {(each.cluster, each.is_gone) for each in rows}


def test_a_router_without_servers_stays_where_it_is(context, add, server, member, come):
    add("west")
    come("west")
    made = synnefo_network.create_router(member, synnefo_network.RouterSpec())
    rounds.run(context)

    come("sim")
    synnefo_network.update_router(member, made.id, {"is_admin_up": False})
    rounds.run(context)

    assert [("west", "gate-west", "")] == where(context)
