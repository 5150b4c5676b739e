# SPDX-License-Identifier: Apache-2.0
"""How networks are carried, and what they take of the pools for that."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import delete

import synnefo_network as service
from synnefo_core.commands import main
from synnefo_core.errors import Conflict, Forbidden, InvalidField
from synnefo_network.models import NetworkRow

VLAN = "PHYSICAL_VLAN"


@pytest.fixture
def vlans(member):
    """Three VLANs for networks."""
    config = member.cloud.config
    config.set_override("vlan_first", 200, "network")
    config.set_override("vlan_count", 3, "network")
    return {200, 201, 202}


def make(context, **about):
    return service.create_network(context, service.NetworkSpec(**about))


def test_a_tenant_gets_a_network_of_the_usual_type_and_says_nothing_of_it(member):
    made = make(member)

    assert ("MAC_FILTERED", None, None, "", "") == (
        made.kind,
        made.physical_network,
        made.segmentation_id,
        made.mode,
        made.link,
    )
    for choice in ({"kind": VLAN}, {"physical_network": "br0"}, {"segmentation_id": 7}):
        with pytest.raises(Forbidden):
            make(member, **choice)


def test_the_operator_says_of_what_type_tenants_networks_are(member, vlans):
    member.cloud.config.set_override("tenant_type", VLAN, "network")

    assert make(member).segmentation_id in vlans


def test_all_filtered_networks_are_on_the_operators_bridge(admin):
    admin.cloud.config.set_override("mac_filtered_link", "prv0", "network")

    made = make(admin, kind="MAC_FILTERED")

    assert ("bridged", "prv0") == (made.mode, made.link)


def test_each_network_has_a_vlan_of_its_own_and_gives_it_back(admin, vlans):
    made = [make(admin, kind=VLAN) for _ in vlans]

    assert vlans == {each.segmentation_id for each in made}
    assert {f"prv{vlan}" for vlan in vlans} == {each.link for each in made}
    with pytest.raises(Conflict):
        make(admin, kind=VLAN)
    service.delete_network(admin, made[1].id)
    assert made[1].segmentation_id == make(admin, kind=VLAN).segmentation_id


def test_a_vlan_is_asked_for_by_its_number(admin, vlans):
    made = make(admin, kind=VLAN, segmentation_id=201)

    assert (201, "prv201") == (made.segmentation_id, made.link)
    with pytest.raises(Conflict):
        make(admin, kind=VLAN, segmentation_id=201)
    with pytest.raises(InvalidField):
        make(admin, kind=VLAN, segmentation_id=203)


def test_no_two_that_are_made_at_once_get_the_same_vlan(admin):
    admin.cloud.config.set_override("vlan_count", 8, "network")
    made, start = [], threading.Barrier(8)

    def work():
        start.wait()
        made.append(make(admin, kind=VLAN).segmentation_id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert 8 == len(set(made))


def test_a_custom_network_is_on_the_bridge_that_is_named(admin):
    made = make(admin, kind="CUSTOM", physical_network="br-lab")

    assert ("bridged", "br-lab") == (made.mode, made.link)
    for wrong in (None, "a bridge", "a-name-of-more-than-15"):
        with pytest.raises(InvalidField):
            make(admin, kind="CUSTOM", physical_network=wrong)


def test_a_routed_network_has_a_table_of_its_own(admin):
    one, other = (make(admin, kind="IP_LESS_ROUTED") for _ in range(2))
    named = make(admin, kind="IP_LESS_ROUTED", physical_network="snf_public")

    assert 3 == len({one.link, other.link, named.link})
    assert ("routed", "snf_public") == (named.mode, named.link)
    with pytest.raises(Conflict):
        make(admin, kind="IP_LESS_ROUTED", physical_network="snf_public")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "vxlan"},
        {"kind": "MAC_FILTERED", "physical_network": "br0"},
        {"kind": "CUSTOM", "physical_network": "br0", "segmentation_id": 7},
        {"kind": VLAN},
        {"kind": VLAN, "physical_network": "elsewhere"},
    ],
)
def test_what_makes_no_sense_for_a_type_is_refused(admin, wrong):
    with pytest.raises((InvalidField, Conflict)):
        make(admin, **wrong)


def test_a_drained_network_gets_no_new_ports_and_keeps_those_that_it_has(admin, network, subnet):
    port = service.create_port(admin, service.PortSpec(network_id=network.id))

    service.update_network(admin, network.id, {"is_drained": True})

    with pytest.raises(Conflict):
        service.create_port(admin, service.PortSpec(network_id=network.id))
    assert port == service.show_port(admin, port.id)
    service.update_network(admin, network.id, {"is_drained": False})
    service.create_port(admin, service.PortSpec(network_id=network.id))


def test_no_device_is_plugged_into_a_drained_network_by_itself(member, admin, network):
    service.update_network(admin, network.id, {"is_drained": True})

    assert [] == service.plug(member, device_id="d1", device_owner="compute:nova", requests=None)


def test_a_drained_network_is_no_pool_of_floating_ips(admin):
    outside = make(admin, is_external=True)
    assert [outside.id] == [pool.network_id for pool in service.list_pools(admin)]

    service.update_network(admin, outside.id, {"is_drained": True})

    assert [] == service.list_pools(admin)


def test_no_tenant_drains_a_network(member, network):
    for change in ({"is_drained": True}, {"is_default": True}):
        with pytest.raises(Forbidden):
            service.update_network(member, network.id, change)


def test_one_network_at_most_is_the_default(admin):
    one, other = make(admin, is_default=True), make(admin)

    service.update_network(admin, other.id, {"is_default": True})

    assert not service.show_network(admin, one.id).is_default
    assert service.show_network(admin, other.id).is_default


def test_zones_that_are_hinted_at_are_kept_and_must_be_there(member):
    assert ("nova",) == make(member, zone_hints=["nova"]).zone_hints
    with pytest.raises(InvalidField):
        make(member, zone_hints=["nowhere"])


def test_a_leaked_vlan_is_found(admin, vlans):
    made = make(admin, kind=VLAN)
    assert [] == service.verify_addresses(admin)

    with admin.unit_of_work() as session:
        session.execute(delete(NetworkRow).where(NetworkRow.id == made.id))

    found = {(leak.kind, leak.id) for leak in service.verify_addresses(admin)}
    assert ("VLAN", str(made.segmentation_id)) in found


def test_an_operator_makes_lists_changes_and_drains(admin, network, capsys, monkeypatch):
    monkeypatch.setenv("OS_DATABASE__URL", admin.cloud.config.database.url)

    def run(*words):
        assert 0 == main(["--data", str(admin.cloud.data_dir), "network", *words])
        return capsys.readouterr().out

    run("create", "lab", "--type", "CUSTOM", "--physical-network", "br-lab", "--shared")
    run("modify", network.id, "--name", "other", "--mtu", "1400")
    run("drain", network.id)

    listed = run("list", "-f", "value")
    assert "CUSTOM br-lab" in listed
    assert "other p1 MAC_FILTERED" in listed
    assert "drained" in run("show", network.id)
    run("modify", network.id, "--no-drained")
    assert "drained" not in run("show", network.id)
