# SPDX-License-Identifier: Apache-2.0
import pytest
from sqlalchemy import delete, update

import synnefo_network as service
from synnefo_core.commands import main
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.models import AddressRow, MacPrefixRow, SubnetRow
from synnefo_network.router_models import RouterRow
from tests.services.network.routing import external, leading


@pytest.fixture
def used(member, admin, network, subnet):
    """A cloud in which something of each kind is taken."""
    outside = external(admin)
    leading(member, outside, subnet)
    port = service.create_port(member, service.PortSpec(network_id=network.id))
    spec = service.FloatingIpSpec(network_id=outside.id, port_id=port.id)
    service.create_floating_ip(member, spec)
    pool = service.create_subnet_pool(member, service.SubnetPoolSpec(prefixes=["10.9.0.0/24"]))
    for _ in range(2):
        other = service.create_network(member, service.NetworkSpec())
        cut = service.SubnetSpec(network_id=other.id, pool_id=pool.id, prefix_length=26)
        service.create_subnet(member, cut)
    return port


def leaks(context):
    return {(leak.kind, leak.problem) for leak in service.verify_addresses(context)}


def break_by(context, statement):
    with context.unit_of_work() as session:
        session.execute(statement)


def test_a_cloud_in_use_is_in_order(admin, used):
    assert set() == leaks(admin)


def test_what_does_not_add_up_is_found(admin, used):
    port_ip = used.fixed_ips[0].ip
    of_port = AddressRow.port_id == used.id
    break_by(admin, update(AddressRow).where(of_port).values(ip="172.16.0.1"))
    break_by(admin, update(RouterRow).values(gateway_port_id=None))
    break_by(admin, delete(MacPrefixRow))
    cut = SubnetRow.pool_id.is_not(None)
    break_by(admin, update(SubnetRow).where(cut).values(cidr="10.9.0.0/26"))

    found = leaks(admin)

    assert ("address", "172.16.0.1 is outside of 10.0.0.0/24") in found
    assert ("floating IP", f"{port_ip} is not the port's that it means") in found
    assert ("port", "no device has this port of network:router_gateway") in found
    assert {"MAC prefix", "range"} < {kind for kind, _ in found}


def test_a_floating_ip_that_was_lost_leaves_a_port_that_is_found(admin, used):
    break_by(admin, delete(FloatingIpRow))

    assert {("port", "no device has this port of network:floatingip")} == leaks(admin)


def test_an_operator_sees_it_and_the_command_fails(admin, used, capsys, monkeypatch):
    monkeypatch.setenv("OS_DATABASE__URL", admin.cloud.config.database.url)

    def run(*words):
        return main(["--data", str(admin.cloud.data_dir), *words])

    assert 0 == run("pool", "verify")
    assert 0 == run("router", "list", "--project", "p1")
    assert 0 == run("floating-ip", "list")
    assert 0 == run("pool", "list")
    assert "10.9.0.0/24" in capsys.readouterr().out

    break_by(admin, delete(FloatingIpRow))
    assert 1 == run("pool", "verify")
    assert "network:floatingip" in capsys.readouterr().out
