# SPDX-License-Identifier: Apache-2.0
"""Networks to work with."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_network as service


@pytest.fixture
def stranger(member):
    return replace(member, user_id="u2", project_id="p2")


@pytest.fixture
def admin(member):
    return replace(member, user_id="boss", project_id="p0", roles=frozenset({"admin", "member"}))


@pytest.fixture
def network(member):
    return service.create_network(member, service.NetworkSpec(name="inner"))


@pytest.fixture
def subnet(member, network):
    return service.create_subnet(
        member, service.SubnetSpec(network_id=network.id, cidr="10.0.0.0/24")
    )


@pytest.fixture
def shared(admin):
    network = service.create_network(admin, service.NetworkSpec(name="all", is_shared=True))
    service.create_subnet(admin, service.SubnetSpec(network_id=network.id, cidr="10.1.0.0/24"))
    return network
