# SPDX-License-Identifier: Apache-2.0
"""``synnefo network|subnet|port|floating-ip|security-group …``: CYC-088."""

import json

import pytest
from sqlalchemy import delete, insert

import synnefo_identity
import synnefo_network as service
from synnefo_core.commands import main
from synnefo_core.errors import NotFound
from synnefo_network.models import MacPrefixRow, VlanRow
from tests.services.network.routing import another_subnet, external, leading


@pytest.fixture
def synnefo(cloud, capsys, monkeypatch):
    """Return a function that runs a command and returns what it prints."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, expect=0):
        assert expect == main(["--data", str(cloud.data_dir), *words])
        return capsys.readouterr().out

    return run


@pytest.fixture
def other_project(synnefo, admin):
    """Return the id of a project that there is."""
    synnefo("bootstrap")
    return synnefo_identity.create_project(admin, "default", {"name": "other"}).id


@pytest.fixture
def rows(synnefo):
    return lambda *words, expect=0: json.loads(synnefo(*words, "-f", "json", expect=expect))


def test_subnets_are_made_shown_changed_and_removed(synnefo, rows, member, network):
    said = synnefo(
        *("subnet", "create", network.id, "10.5.0.0/24", "--gateway", "none"),
        *("--pool", "10.5.0.10-10.5.0.20", "--dns", "192.0.2.53"),
    )
    (subnet,) = service.list_subnets(member, service.Listing())
    synnefo("subnet", "modify", subnet.id, "--name", "five", "--no-dhcp")

    assert subnet.id in said
    assert (None, (("10.5.0.10", "10.5.0.20"),)) == (subnet.gateway_ip, subnet.pools)
    (listed,) = rows("subnet", "list", "--network", network.id, "--project", "p1")
    assert ("five", "10.5.0.0/24") == (listed["Name"], listed["Range"])
    assert [] == rows("subnet", "list", "--project", "p2")
    shown = rows("subnet", "show", subnet.id)
    assert (False, "192.0.2.53") == (shown["dhcp"], shown["name servers"])
    synnefo("subnet", "remove", subnet.id)
    synnefo("subnet", "show", subnet.id, expect=1)


def test_ports_are_found_shown_and_removed(synnefo, rows, member, network, subnet):
    port = service.create_port(member, service.PortSpec(network_id=network.id, name="eth0"))
    other = service.create_port(member, service.PortSpec(network_id=network.id))

    for words in (("--address", port.fixed_ips[0].ip), ("--mac", port.mac.upper())):
        assert [port.id] == [row["Id"] for row in rows("port", "list", *words)]
    assert 2 == len(rows("port", "list", "--security-group", port.security_group_ids[0]))
    shown = rows("port", "show", port.id)
    assert ("eth0", port.fixed_ips[0].ip) == (shown["name"], shown["addresses"])
    assert "default" in shown["security groups"]
    synnefo("port", "remove", port.id)
    assert [other.id] == [row["Id"] for row in rows("port", "list", "--network", network.id)]


def test_floating_ips_are_had_attached_detached_and_given_back(
    synnefo, rows, member, admin, other_project
):
    outside, subnet = external(admin), another_subnet(member)
    synnefo("floating-ip", "create", "p1", "--network", outside.id, "--address", "192.0.2.200")
    # Only now, so that its address outside, drawn at random, is another one.
    leading(member, outside, subnet)
    port = service.create_port(member, service.PortSpec(network_id=subnet.network_id))

    (listed,) = rows("floating-ip", "list", "--address", "192.0.2.200")
    synnefo("floating-ip", "attach", listed["Id"], port.id)
    shown = rows("floating-ip", "show", listed["Id"])

    assert ("DOWN", port.id) == (shown["status"], shown["port"])
    synnefo("floating-ip", "reassign", listed["Id"], other_project, expect=1)
    synnefo("floating-ip", "detach", listed["Id"])
    synnefo("floating-ip", "reassign", listed["Id"], other_project)
    assert [] == service.list_floating_ips(member, service.Listing())
    synnefo("floating-ip", "remove", listed["Id"])
    assert [] == rows("floating-ip", "list")


def test_networks_are_given_away_and_removed(synnefo, rows, member, network, subnet, other_project):
    synnefo("network", "reassign", network.id, "nobody", expect=1)
    synnefo("network", "reassign", network.id, other_project)

    assert other_project == rows("network", "show", network.id)["project"]
    synnefo("network", "remove", network.id)
    with pytest.raises(NotFound):
        service.show_network(member, network.id)


def test_security_groups_are_listed_with_their_rules(rows, member):
    group = service.create_security_group(member, service.SecurityGroupSpec(name="web"))
    service.create_security_rule(
        member,
        service.SecurityRuleSpec(
            group.id,
            "ingress",
            protocol="tcp",
            port_min=80,
            port_max=81,
            remote_prefix="10.0.0.0/8",
        ),
    )

    (listed,) = rows("security-group", "list", "--name", "web")
    shown = rows("security-group", "show", group.id)

    assert (False, 3) == (listed["Default"], listed["Rules"])
    (rule,) = [each for each in shown if each["Direction"] == "ingress"]
    assert ("tcp", "80-81", "10.0.0.0/8") == (rule["Protocol"], rule["Ports"], rule["Only with"])


def test_what_is_lost_of_pools_is_found_again(synnefo, rows, admin, network):
    with admin.unit_of_work() as session:
        session.execute(delete(MacPrefixRow).where(MacPrefixRow.network_id == network.id))
        session.execute(insert(MacPrefixRow), [{"position": 60000, "network_id": "gone"}])
        session.execute(insert(VlanRow), [{"position": 77, "network_id": network.id}])
    assert 3 == len(rows("reconcile", "pools", expect=1))

    repaired = rows("reconcile", "pools", "--fix", "leaks")

    assert {"yes"} == {row["Repaired"] for row in repaired}
    assert [] == rows("reconcile", "pools") == service.verify_addresses(admin)
    other = service.create_network(admin, service.NetworkSpec())
    assert network.mac_prefix != other.mac_prefix
