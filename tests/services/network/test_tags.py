# SPDX-License-Identifier: Apache-2.0
"""Tags: put on, taken off, found, and gone with their things."""

from __future__ import annotations

import pytest
from sqlalchemy import select

import synnefo_network as service
from synnefo_core.errors import Forbidden, Invalid, NotFound
from synnefo_network import Listing, NetworkSpec, PortSpec
from synnefo_network.models import TagRow


def names(context, **where):
    listing = Listing(where={name.replace("_", "-"): tags for name, tags in where.items()})
    return {found.name for found in service.list_networks(context, listing)}


def test_tags_are_put_on_and_taken_off(member, network):
    service.replace_tags(member, "network", network.id, ["red", "blue", "red"])
    service.add_tag(member, "network", network.id, "green")
    service.add_tag(member, "network", network.id, "green")
    service.remove_tag(member, "network", network.id, "red")

    assert ["blue", "green"] == service.tags_of(member, "network", network.id)
    assert network.revision + 4 == service.show_network(member, network.id).revision
    with pytest.raises(NotFound):
        service.remove_tag(member, "network", network.id, "red")


def test_things_are_found_by_their_tags(member):
    for name, tags in {"one": ["a", "b"], "two": ["b"], "three": []}.items():
        made = service.create_network(member, NetworkSpec(name=name))
        service.replace_tags(member, "network", made.id, tags)

    assert {"one"} == names(member, tags=["a", "b"])
    assert {"one", "two"} == names(member, tags_any=["a", "b"])
    assert {"two", "three"} == names(member, not_tags=["a", "b"])
    assert {"three"} == names(member, not_tags_any=["a", "b"])


def test_only_owners_change_tags(member, stranger, shared, network):
    with pytest.raises(Forbidden):
        service.add_tag(member, "network", shared.id, "mine")
    with pytest.raises(NotFound):
        service.add_tag(stranger, "network", network.id, "mine")
    with pytest.raises(NotFound):
        service.tags_of(stranger, "network", network.id)


def test_there_are_not_too_many(member, network):
    with pytest.raises(Invalid):
        service.replace_tags(member, "network", network.id, [str(n) for n in range(51)])


def test_tags_go_with_their_things(member, network, subnet):
    port = service.create_port(member, PortSpec(network.id))
    for kind, thing in {"network": network, "subnet": subnet, "port": port}.items():
        service.add_tag(member, kind, thing.id, "x")

    service.delete_port(member, port.id)
    service.delete_network(member, network.id)

    with member.reading() as session:
        assert [] == list(session.scalars(select(TagRow.tag)))
