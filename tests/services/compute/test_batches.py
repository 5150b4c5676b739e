# SPDX-License-Identifier: Apache-2.0
"""Several servers of one request."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_quota
from synnefo_compute import ServerSpec
from synnefo_core.errors import Invalid, QuotaExceeded
from synnefo_network import PlugRequest

FLAVOR = "small"


@pytest.fixture
def create(member, cluster, network):
    """Return a function that asks for servers and returns their names."""

    def create(least, most, **more):
        spec = ServerSpec("web", FLAVOR, **more)
        made = synnefo_compute.create_servers(member, spec, least=least, most=most)
        return [server.name for server in made]

    return create


@pytest.fixture
def limit(member):
    """Return a function that leaves a project so many servers."""

    def limit(count):
        synnefo_quota.set_limit(member, holder="project:p1", resource="cyclades.vm", limit=count)

    return limit


def names(member):
    return sorted(server.name for server in synnefo_compute.list_servers(member, limit=10))


def used(member):
    """Return how many servers the project is charged for."""
    found = synnefo_quota.holdings(member, "p1")
    return {h.usage for h in found if h.resource == "cyclades.vm" and h.holder == "project:p1"}


def test_one_has_the_name_that_was_asked_for(create):
    assert ["web"] == create(1, 1)


def test_several_are_numbered(create, member):
    assert ["web-1", "web-2", "web-3"] == create(1, 3)
    assert ["web-1", "web-2", "web-3"] == names(member)


def test_there_are_as_many_as_quota_allows(create, limit, member):
    limit(2)

    assert ["web-1", "web-2"] == create(1, 5)
    assert ["web-1", "web-2"] == names(member)
    assert {2} == used(member)


def test_fewer_than_the_least_are_none(create, limit, member):
    limit(2)

    with pytest.raises(QuotaExceeded):
        create(3, 5)

    assert [] == names(member)
    assert used(member) <= {0}


def test_several_can_not_have_one_address(create, network):
    with pytest.raises(Invalid):
        create(2, 2, nics=[PlugRequest(network_id=network, fixed_ip="10.0.0.9")])
