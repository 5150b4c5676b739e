# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest
from sqlalchemy import delete, event

import synnefo_network as service
import synnefo_quota
from synnefo_core.errors import Duplicate, Forbidden, NotFound
from synnefo_network import bootstrap, sharing
from synnefo_network.floating_errors import ExternalNetworkInUse
from synnefo_network.rbac_errors import RbacPolicyInUse, SharedNetworkInUse
from synnefo_network.rbac_models import RbacRow
from tests.services.network.routing import external, leading

SHARED, EXTERNAL = "access_as_shared", "access_as_external"


@pytest.fixture
def third(member):
    return replace(member, user_id="u3", project_id="p3")


def let(context, network, target, action=SHARED):
    return service.create_rbac_policy(context, network_id=network.id, action=action, target=target)


def seen_by(context):
    return [network.id for network in service.list_networks(context, service.Listing())]


def plug(context, network):
    return service.create_port(context, service.PortSpec(network_id=network.id))


def test_a_network_is_opened_to_one_project(member, stranger, third, network, subnet):
    policy = let(member, network, "p2")

    assert policy == service.show_rbac_policy(member, policy.id)
    assert [network.id] == seen_by(stranger)
    assert service.show_network(stranger, network.id).is_shared
    assert subnet == service.show_subnet(stranger, subnet.id)
    assert subnet.id == plug(stranger, network).fixed_ips[0].subnet_id
    assert [] == seen_by(third)
    assert not service.show_network(member, network.id).is_shared
    with pytest.raises(NotFound):
        plug(third, network)
    with pytest.raises(Forbidden):
        service.update_network(stranger, network.id, {"name": "mine"})


def test_servers_are_plugged_into_the_only_network_that_is_opened(member, stranger, network):
    let(member, network, "p2")

    (port,) = service.plug(stranger, device_id="s", device_owner="compute:x", requests=None)

    assert network.id == port.network_id


def test_it_is_closed_when_nobody_there_uses_it(member, stranger, network):
    policy = let(member, network, "p2")
    port = plug(stranger, network)

    with pytest.raises(RbacPolicyInUse):
        service.delete_rbac_policy(member, policy.id)
    with pytest.raises(RbacPolicyInUse):
        service.update_rbac_policy(member, policy.id, target="p3")

    service.delete_port(stranger, port.id)
    service.delete_rbac_policy(member, policy.id)
    assert [] == seen_by(stranger)


def test_it_can_be_opened_to_another_instead(member, stranger, third, network):
    policy = let(member, network, "p2")

    service.update_rbac_policy(member, policy.id, target="p3")

    assert ([], [network.id]) == (seen_by(stranger), seen_by(third))


def test_who_may_open_what(member, stranger, admin, network):
    with pytest.raises(Forbidden):
        let(member, network, "*")
    with pytest.raises(Forbidden):
        let(member, network, "p2", EXTERNAL)
    with pytest.raises(NotFound):
        let(stranger, network, "p2")
    policy = let(member, network, "p2")
    with pytest.raises(Duplicate):
        let(member, network, "p2")
    with pytest.raises(NotFound):
        service.show_rbac_policy(stranger, policy.id)
    with pytest.raises(Forbidden):
        service.update_rbac_policy(member, policy.id, target="*")
    assert [policy] == service.list_rbac_policies(admin, service.Listing({"target": ["p2"]}))


def test_the_flag_shared_is_a_policy_for_all(member, admin, stranger, shared):
    (policy,) = service.list_rbac_policies(admin, service.Listing({"network_id": [shared.id]}))
    assert ("*", SHARED) == (policy.target, policy.action)
    port = plug(stranger, shared)

    with pytest.raises(SharedNetworkInUse):
        service.update_network(admin, shared.id, {"is_shared": False})
    let(admin, shared, "p2")
    service.update_network(admin, shared.id, {"is_shared": False})

    assert ([], [shared.id]) == (seen_by(member), seen_by(stranger))
    assert port == service.show_port(stranger, port.id)
    service.update_network(admin, shared.id, {"is_shared": True})
    assert [shared.id] == seen_by(member)


def test_a_network_can_lead_outside_for_one_project_only(member, stranger, admin):
    network = service.create_network(admin, service.NetworkSpec())
    service.create_subnet(admin, service.SubnetSpec(network_id=network.id, cidr="192.0.2.0/24"))

    policy = let(admin, network, "p1", EXTERNAL)

    assert service.show_network(member, network.id).is_external
    assert [] == seen_by(stranger)
    assert [] == synnefo_quota.verify(admin)
    router = leading(member, network)
    with pytest.raises(Forbidden):
        plug(member, network)
    with pytest.raises(NotFound):
        service.create_floating_ip(stranger, service.FloatingIpSpec(network_id=network.id))
    with pytest.raises(RbacPolicyInUse):
        service.delete_rbac_policy(admin, policy.id)
    service.delete_router(member, router.id)
    service.delete_rbac_policy(admin, policy.id)
    assert not service.show_network(admin, network.id).is_external
    assert [] == synnefo_quota.verify(admin)


def test_what_all_may_use_is_closed_to_all_but_some(member, admin, stranger):
    network = external(admin)
    leading(member, network)
    (policy,) = service.list_rbac_policies(admin, service.Listing({"action": [EXTERNAL]}))

    with pytest.raises(ExternalNetworkInUse):
        service.update_network(admin, network.id, {"is_external": False})
    let(admin, network, "p1", EXTERNAL)
    service.delete_rbac_policy(admin, policy.id)

    assert ([network.id], []) == (seen_by(member), seen_by(stranger))


def test_with_a_network_go_its_policies(member, network):
    let(member, network, "p2")

    service.delete_network(member, network.id)

    assert [] == service.list_rbac_policies(member, service.Listing())


def test_networks_are_listed_by_as_many_statements_however_many_are_opened(member, stranger):
    seen = []
    engine = stranger.cloud.database.engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))

    def statements_of(count):
        seen.clear()
        assert count == len(seen_by(stranger))
        return len(seen)

    def open_some(count):
        for _ in range(count):
            let(member, service.create_network(member, service.NetworkSpec()), "p2")

    open_some(2)
    few = statements_of(2)
    open_some(4)

    assert few == statements_of(6)


def test_an_older_clouds_sharing_is_written_down_once(member, admin, shared):
    with admin.unit_of_work() as session:
        session.execute(delete(RbacRow))

    bootstrap.write_down_sharing(admin.cloud)
    bootstrap.write_down_sharing(admin.cloud)

    (policy,) = service.list_rbac_policies(admin, service.Listing())
    assert (shared.id, "*", sharing.SHARED) == (policy.network_id, policy.target, policy.action)
