# SPDX-License-Identifier: Apache-2.0
"""The history of public addresses: each server that had one is found again (CYC-068)."""

from __future__ import annotations

import pytest

import synnefo_network as service
from synnefo_core.commands import main
from synnefo_network.history import list_history
from tests.services.network.routing import external, leading


@pytest.fixture
def outside(admin):
    return external(admin)


@pytest.fixture
def port(member, network, subnet, outside):
    """Return a port of the server ``vm`` from which a router leads outside."""
    leading(member, outside, subnet)
    port = service.create_port(member, service.PortSpec(network_id=network.id))
    plug(member, "vm", port_id=port.id)
    return port


def plug(context, device, **request):
    """Give a server a card."""
    (port,) = service.plug(
        context,
        device_id=device,
        device_owner="compute:nova",
        requests=[service.PlugRequest(**request)],
    )
    return port


def take(context, outside, **more):
    spec = service.FloatingIpSpec(network_id=outside.id, **more)
    return service.create_floating_ip(context, spec)


def history(context, **which):
    """Return what was written down, the oldest first."""
    found = list_history(context, limit=100, **which)
    return [(each.device_id, each.ip, each.is_attached) for each in reversed(found)]


def test_a_floating_ip_that_comes_and_goes(member, context, outside, port):
    made = take(member, outside, port_id=port.id)
    service.update_floating_ip(member, made.id, {"description": "nothing"})
    service.update_floating_ip(member, made.id, {"port_id": None})
    service.update_floating_ip(member, made.id, {"port_id": port.id})
    service.delete_floating_ip(member, made.id)

    there, gone = ("vm", made.ip, True), ("vm", made.ip, False)
    assert [there, gone, there, gone] == history(context, ip=made.ip)
    last = list_history(context, device_id="vm", limit=1)[0]
    assert ("u1", "p1", "floating IP") == (last.user_id, last.project_id, last.because)


@pytest.mark.parametrize(
    "end",
    [
        lambda context, port: service.unplug(context, device_id="vm"),
        lambda context, port: service.delete_port(context, port.id),
        lambda context, port: service.update_port(
            context, port.id, {"device_id": "", "device_owner": ""}
        ),
    ],
    ids=["unplugged", "deleted", "taken away"],
)
def test_it_goes_with_the_card(member, context, outside, port, end):
    made = take(member, outside, port_id=port.id)

    end(member, port)

    assert [("vm", made.ip, True), ("vm", made.ip, False)] == history(context)


def test_it_comes_with_a_port_that_had_it_before(member, context, outside, port):
    made = take(member, outside, port_id=port.id)
    service.unplug(member, device_id="vm")

    plug(member, "another", port_id=port.id)

    assert ("another", made.ip, True) == history(context, ip=made.ip)[-1]


def test_an_address_of_a_card_outside(member, admin, context, outside):
    own = plug(admin, "vm", network_id=outside.id)
    (fixed,) = own.fixed_ips

    service.unplug(admin, device_id="vm")

    assert [("vm", fixed.ip, True), ("vm", fixed.ip, False)] == history(context)


def test_inside_there_is_no_history(member, context, port):
    service.unplug(member, device_id="vm")

    assert [] == history(context)


def test_the_command_tells_it(member, cloud, outside, port, capsys, monkeypatch):
    made = take(member, outside, port_id=port.id)
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    words = ["ip-history", "--address", made.ip, "--format", "value", "--column", "Server"]
    assert 0 == main(["--data", str(cloud.data_dir), *words, "--column", "What"])

    assert "vm attached\n" == capsys.readouterr().out
