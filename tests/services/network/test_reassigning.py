# SPDX-License-Identifier: Apache-2.0
"""Networks and floating IPs are given to other projects, who pay for them from then on."""

from dataclasses import replace

import pytest

import synnefo_network as service
import synnefo_quota
from synnefo_core.errors import Conflict, Forbidden, Invalid, NotFound, QuotaExceeded
from synnefo_core.plugins import Plugins
from synnefo_core.testing.fakes.directory import DirectoryPlugin, MemoryDirectory
from synnefo_network.errors import NetworkInUse
from synnefo_network.pool_errors import PoolQuotaExceeded
from tests.services.network.routing import another_subnet, external, leading


@pytest.fixture
def cloud(make_cloud, clock):
    """Return a cloud in which there are the projects p1 and p2."""
    directory = MemoryDirectory()
    for user, project in (("u1", "p1"), ("u2", "p2")):
        directory.login(user, project, "member", "reader")
    return make_cloud(plugins_=Plugins({"people": DirectoryPlugin(directory)}), clock=clock)


def test_a_network_is_its_new_project_s_with_its_subnets(member, stranger, admin, network, subnet):
    given = service.reassign_network(admin, network.id, "p2")

    assert ("p2", 2) == (given.project_id, given.revision)
    assert given == service.show_network(stranger, network.id)
    assert "p2" == service.show_subnet(stranger, subnet.id).project_id
    with pytest.raises(NotFound):
        service.show_network(member, network.id)
    assert [] == synnefo_quota.verify(admin)
    service.delete_network(stranger, network.id)


def test_what_a_network_lets_others_do_stays(member, stranger, admin, network):
    policy = service.create_rbac_policy(
        member, network_id=network.id, action="access_as_shared", target="p1"
    )
    service.create_port(member, service.PortSpec(network_id=network.id))

    service.reassign_network(admin, network.id, "p2")

    assert "p2" == service.show_rbac_policy(stranger, policy.id).project_id
    assert service.show_network(member, network.id).is_shared


def test_nobody_s_network_is_taken_away_while_ports_are_on_it(member, admin, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id))
    with pytest.raises(NetworkInUse):
        service.reassign_network(admin, network.id, "p2")
    service.delete_port(member, port.id)

    assert "p2" == service.reassign_network(admin, network.id, "p2").project_id


def test_a_network_counts_in_its_new_projects_share_of_a_subnet_pool(member, stranger, admin):
    spec = service.SubnetPoolSpec(
        name="all", prefixes=["10.0.0.0/16"], is_shared=True, default_length=24, default_quota=512
    )
    pool = service.create_subnet_pool(admin, spec)

    def cut(context, number):
        made = service.create_network(context, service.NetworkSpec())
        for _ in range(number):
            service.create_subnet(
                context, service.SubnetSpec(network_id=made.id, ip_version=4, pool_id=pool.id)
            )
        return made

    two, one = cut(member, 2), cut(stranger, 1)
    with pytest.raises(PoolQuotaExceeded):
        service.reassign_network(admin, two.id, "p2")
    assert "p1" == service.show_network(member, two.id).project_id
    service.delete_network(stranger, one.id)
    assert "p2" == service.reassign_network(admin, two.id, "p2").project_id


def test_only_administrators_give_and_only_to_projects(member, admin, network):
    with pytest.raises(Forbidden):
        service.reassign_network(member, network.id, "p2")
    with pytest.raises(Invalid):
        service.reassign_network(admin, network.id, "nobody")
    with pytest.raises(NotFound):
        service.reassign_network(admin, "none", "p2")
    with pytest.raises(Conflict):
        service.reassign_network(admin, external(admin).id, "p2")
    assert network == service.reassign_network(admin, network.id, "p1")


def test_a_project_without_room_is_given_nothing(member, admin, network):
    limit = {"holder": "project:p2", "limit": 0}
    synnefo_quota.set_limit(admin, resource=service.PRIVATE_NETWORKS, **limit)
    synnefo_quota.set_limit(admin, resource=service.FLOATING_IPS, **limit)
    floating = service.create_floating_ip(
        member, service.FloatingIpSpec(network_id=external(admin).id)
    )

    with pytest.raises(QuotaExceeded):
        service.reassign_network(admin, network.id, "p2")
    with pytest.raises(QuotaExceeded):
        service.reassign_floating_ip(admin, floating.id, "p2")

    assert "p1" == service.show_network(member, network.id).project_id
    assert "p1" == service.show_floating_ip(member, floating.id).project_id


def test_a_floating_ip_is_its_new_project_s(member, stranger, admin):
    made = service.create_floating_ip(member, service.FloatingIpSpec(network_id=external(admin).id))

    given = service.reassign_floating_ip(admin, made.id, "p2")

    expected = replace(made, project_id="p2", revision=2, updated_at=given.updated_at)
    assert expected == given == service.show_floating_ip(stranger, made.id)
    with pytest.raises(NotFound):
        service.show_floating_ip(member, made.id)
    with pytest.raises(Forbidden):
        service.reassign_floating_ip(stranger, made.id, "p1")
    assert [] == synnefo_quota.verify(admin)


def test_a_floating_ip_that_stands_for_something_stays(member, admin):
    outside, subnet = external(admin), another_subnet(member)
    leading(member, outside, subnet)
    port = service.create_port(member, service.PortSpec(network_id=subnet.network_id))
    spec = service.FloatingIpSpec(network_id=outside.id, port_id=port.id)
    made = service.create_floating_ip(member, spec)

    with pytest.raises(Conflict):
        service.reassign_floating_ip(admin, made.id, "p2")


def test_a_floating_ip_whose_ports_lead_somewhere_stays(member, admin):
    outside, subnet = external(admin), another_subnet(member)
    leading(member, outside, subnet)
    port = service.create_port(member, service.PortSpec(network_id=subnet.network_id))
    made = service.create_floating_ip(member, service.FloatingIpSpec(network_id=outside.id))
    spec = service.PortForwardingSpec(port.id, "tcp", service.Ports(80, 80), service.Ports(80, 80))
    service.create_port_forwarding(member, made.id, spec)

    with pytest.raises(Conflict):
        service.reassign_floating_ip(admin, made.id, "p2")
