# SPDX-License-Identifier: Apache-2.0
"""What nodes are told of servers' ports, and when: read by the nodes' own reader."""

from __future__ import annotations

import base64
import json
import threading
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_network
from synnefo_compute import ServerSpec, metadata
from synnefo_compute.first_boot.wishes import FirstBoot
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.nodes import HELLO, KNOWN, PURPOSE, PortDocument, Rule
from synnefo_core.errors import Conflict, NotFound
from synnefo_core.signatures import Verifier
from synnefo_network.nodes import documents, facts, hellos, rounds, signing
from synnefo_network.nodes.models import ChangeRow, DocumentRow
from synnefo_node_ganeti.net.shelf import PORTS, Shelf
from tests.services.compute.conftest import FLAVOR, QUICK
from tests.services.network.hearing import Node

SSH = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_min": 22}


@pytest.fixture
def node(cluster, context, tmp_path):
    signing.make_first(context.cloud)
    node = Node(context, tmp_path, "n1").listen()
    node.hello()
    node.news()
    return node


@pytest.fixture
def server(node, submit, settle):
    """A server whose documents the node has heard of."""
    server = submit()
    settle()
    node.news()
    return server


def port_of(context, server):
    (port,) = synnefo_network.ports_of_one(context, server.id)
    return port


def add_rule(context, port, **changes):
    (group_id,) = port.security_group_ids
    spec = synnefo_network.SecurityRuleSpec(group_id=group_id, **{**SSH, "port_max": 22, **changes})
    return synnefo_network.create_security_rule(context, spec)


def test_a_node_hears_of_the_port_of_a_new_server_before_it_starts(node, submit, settle, member):
    server = submit()
    settle()

    port = port_of(member, server)
    (told,) = node.heard or node.news()
    assert (port.id, port.mac) == (told.port, told.mac)
    assert [fixed.ip for fixed in port.fixed_ips] == [address.ip for address in told.addresses]
    assert ["10.0.0.0/24"] == [subnet.cidr for subnet in told.subnets]
    assert (True, True, "web") == (told.is_up, told.is_guarded, told.host_name)
    about = json.loads(base64.b64decode(told.metadata["openstack/latest/meta_data.json"]))
    assert server.id == about["uuid"]
    assert server.id.encode() == base64.b64decode(told.metadata["latest/meta-data/instance-id"])


def test_a_rule_reaches_the_ports_of_its_group_and_no_others(node, server, member, settle):
    port, before = port_of(member, server), dict(node.known)
    spec = synnefo_network.SecurityGroupSpec(name="other")
    other = synnefo_network.create_security_group(member, spec)
    elsewhere = synnefo_compute.create_server(
        member, ServerSpec("elsewhere", FLAVOR, security_groups=[other.id])
    )
    settle()
    node.news()

    rule = add_rule(member, port)

    (told,) = node.news()
    assert port.id == told.port
    assert told.version > before[port.id]
    assert Rule("ingress", 4, 6, 22, 22) in told.rules
    synnefo_network.delete_security_rule(member, rule.id)
    (told,) = node.news()
    assert Rule("ingress", 4, 6, 22, 22) not in told.rules
    assert port_of(member, elsewhere).id in node.known


def test_who_read_before_a_change_does_not_have_the_last_word(
    node, server, member, context, monkeypatch
):
    if context.cloud.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    port, has_read, may_write = port_of(member, server), threading.Event(), threading.Event()
    real = facts.facts_of

    def slow(*arguments):
        found = real(*arguments)
        if not has_read.is_set():
            has_read.set()
            may_write.wait(30)
        return found

    monkeypatch.setattr(facts, "facts_of", slow)
    synnefo_network.update_port(member, port.id, {"is_admin_up": False})
    with ThreadPoolExecutor(2) as pool:
        early = pool.submit(documents.refresh, context, [port.id])
        assert has_read.wait(30)
        add_rule(member, port)
        late = pool.submit(rounds.run, context)
        futures.wait([late], timeout=1)  # it is done where it does not wait
        may_write.set()
        early.result(30)
        late.result(30)

    (written,) = documents.letters(context, [port.id])
    assert not written.is_new
    assert Rule("ingress", 4, 6, 22, 22) in written.document.rules


def test_members_of_a_group_are_told_of_a_new_one_once(node, server, member, network):
    port = port_of(member, server)
    more = [
        synnefo_network.create_port(member, synnefo_network.PortSpec(network_id=network))
        for _ in range(3)
    ]

    (told,) = node.news()

    ips = {f"{fixed.ip}/32" for each in (port, *more) for fixed in each.fixed_ips}
    assert [ips] == [set(group.prefixes) for group in told.groups]
    synnefo_network.delete_port(member, more[0].id)
    (told,) = node.news()
    gone = {f"{fixed.ip}/32" for fixed in more[0].fixed_ips}
    assert [ips - gone] == [set(group.prefixes) for group in told.groups]


def test_a_port_that_leaves_a_group_is_missed_there(node, server, member, network):
    spec = synnefo_network.PortSpec(network_id=network)
    made = synnefo_network.create_port(member, spec)
    node.news()

    synnefo_network.update_port(member, made.id, {"security_group_ids": []})

    (told,) = node.news()
    assert {f"{fixed.ip}/32" for fixed in made.fixed_ips}.isdisjoint(told.groups[0].prefixes)


def test_a_network_that_is_reset_is_told_of_once_more(node, server, context, member, settle):
    port, before = port_of(member, server), dict(node.known)

    synnefo_compute.reset_network(context, server.id)
    settle()

    (told,) = node.heard or node.news()
    assert port.id == told.port
    assert told.version > before[port.id]
    assert [] == node.news()
    assert "resetNetwork" == synnefo_compute.list_actions(member, server.id)[0].name


def test_what_nodes_are_not_told_of_is_not_sent(node, server, member, network):
    port = port_of(member, server)
    synnefo_network.update_port(member, port.id, {"name": "other", "description": "words"})
    synnefo_network.update_network(member, network, {"name": "other"})

    assert [] == node.news()


def test_changes_of_networks_and_subnets_are_sent(node, server, member, network):
    (subnet,) = synnefo_network.list_subnets(member, synnefo_network.Listing())
    synnefo_network.update_subnet(member, subnet.id, {"dns_servers": ["192.0.2.53"]})
    synnefo_network.update_network(member, network, {"mtu": 1400})

    (told,) = node.news()

    assert ("192.0.2.53",) == told.subnets[0].dns_servers
    assert 1400 == told.network.mtu


def test_metadata_are_told_as_they_change_and_user_data_as_bytes(node, member, settle, network):
    wishes = FirstBoot(user_data=base64.b64encode(b"\xff\x00raw").decode())
    server = synnefo_compute.create_server(member, ServerSpec("web", FLAVOR, first_boot=wishes))
    settle()
    node.news()

    metadata.merge(member, server.id, {"role": "db"})

    (told,) = node.news()
    about = json.loads(base64.b64decode(told.metadata["openstack/latest/meta_data.json"]))
    assert {"role": "db"} == about["meta"]
    for path in ("openstack/latest/user_data", "latest/user-data"):
        assert b"\xff\x00raw" == base64.b64decode(told.metadata[path])


def test_a_deleted_server_is_forgotten(node, server, member, settle):
    port, before = port_of(member, server), dict(node.known)

    synnefo_compute.delete_server(member, server.id)
    settle()

    told = node.news()
    assert [(port.id, True)] == [(each.port, each.is_gone) for each in told]
    assert told[0].version > before[port.id]
    assert not node.hello()


def test_nothing_changes_twice(node, server, context):
    with context.unit_of_work() as session:
        session.add(ChangeRow(kind="cluster", thing_id="sim"))

    assert [] == node.news()
    with context.reading() as session:
        assert [] == session.query(ChangeRow).all()


def test_a_node_that_was_away_gets_what_is_newer_and_what_is_gone(
    node, server, submit, settle, member, context, tmp_path
):
    away = Node(context, tmp_path, "n2")
    away.known = {"forgotten-by-all": 5, port_of(member, server).id: 0}
    lost = submit()
    settle()
    node.news()
    away.listen()

    assert away.hello()
    away.answer()
    told = {each.port: each.is_gone for each in away.news()}

    ports = {port_of(member, each).id for each in (server, lost)}
    assert dict.fromkeys(ports, False) | {"forgotten-by-all": True} == told
    assert node.known == away.known
    assert [] == node.news()
    assert not away.hello()
    lacking = [(each.name, each.behind) for each in synnefo_network.list_node_agents(context)]
    assert [("n1", 0), ("n2", 0)] == lacking


def test_parts_of_an_answer_are_about_what_is_between_their_bounds(
    node, server, submit, settle, member, context, tmp_path
):
    submit()
    settle()
    node.news()
    first, last = sorted(node.known)
    away = Node(context, tmp_path, "n2").listen()
    away.hello()

    said = {"node": "n2", "after": first, "until": None, "known": {}}
    hellos.hear_known(context, [Message(KNOWN, said, sender="sim")])

    assert [last] == [each.port for each in away.news()]


def test_versions_grow_where_nobody_remembers_them_and_where_the_clock_goes_back(
    node, server, member, context, monkeypatch
):
    port = port_of(member, server)
    before = node.known[port.id]
    monkeypatch.setattr(type(context), "now", lambda _: before / 1000 - 3600)

    add_rule(member, port)

    (letter,) = documents.letters(context, [port.id])
    assert before + 1 == letter.document.version
    assert letter.is_new


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"node": "../x", "documents": 0, "digest": ""},
        {"node": "n", "documents": -1, "digest": ""},
        {"node": "n", "documents": True, "digest": ""},
        {"node": 1, "known": {}},
        {"node": "n", "known": {"p": "1"}},
        {"node": "n", "known": {"p": 2**63}},
        {"node": "n", "known": {"/etc": 1}},
        {"node": "n", "after": 1, "known": {}},
    ],
)
def test_nonsense_of_nodes_is_passed_over(context, said, database_templates):
    hellos.hear_hellos(context, [Message(HELLO, said, sender="sim")])
    hellos.hear_known(context, [Message(KNOWN, said, sender="sim")])

    assert [] == [each for each in synnefo_network.list_node_agents(context) if each.documents]


def test_a_cluster_without_nodes_costs_nothing(submit, settle, context):
    submit()
    settle()
    rounds.run(context)

    with context.reading() as session:
        assert [] == session.query(DocumentRow).all()


def test_a_cluster_whose_first_node_comes_is_told_all(submit, settle, context, tmp_path, member):
    signing.make_first(context.cloud)
    server = submit()
    settle()
    rounds.run(context)
    node = Node(context, tmp_path, "n1").listen()

    node.hello()

    assert [port_of(member, server).id] == [each.port for each in node.news()]


def test_a_server_that_moves_is_known_in_both_clusters_until_it_has_moved(
    node, server, context, member, settle, tmp_path
):
    other = synnefo_backends.add(context, name="west", driver="sim", settings=QUICK)
    synnefo_backends.refresh(context, "west")
    west = Node(context, tmp_path, "w1", "west")
    west.hello()
    rounds.run(context)
    order = []
    broadcast = context.cloud.bus.broadcast

    def watch(message, *, cluster, timeout_s=10.0):
        document = PortDocument.from_json(json.loads(message.payload["document"])["text"])
        order.append((cluster, document.is_gone))
        broadcast(message, cluster=cluster, timeout_s=timeout_s)

    context.cloud.bus.broadcast = watch
    port = port_of(member, server)
    with context.unit_of_work() as session:
        row = session.get(synnefo_compute.models.ServerRow, server.id)
        row.backend_id = other.id
        synnefo_network.note_device(context, server.id)
    rounds.run(context)

    assert [("west", False), ("sim", True)] == order
    assert port.id in {each.thing_id for each in rows(context, "west")}


def rows(context, cluster):
    with context.reading() as session:
        return session.query(DocumentRow).filter_by(cluster=cluster, is_gone=False).all()


def test_keys_are_changed_without_a_gap(node, server, context, member):
    old, new = signing.list_signing_keys(context)[0], signing.add_signing_key(context)
    assert (True, False) == (old.does_sign, new.does_sign)
    add_rule(member, port_of(member, server))
    assert 1 == len(node.news())

    signing.retire_signing_key(context, old.id)

    add_rule(member, port_of(member, server), port_min=80, port_max=80)
    with pytest.raises(Conflict):
        signing.retire_signing_key(context, new.id)
    with pytest.raises(NotFound):
        signing.retire_signing_key(context, old.id)
    node.shelf = Shelf(
        node.shelf._directory, Verifier([base64.b64decode(new.public)], PURPOSE), PORTS
    )
    assert 1 == len(node.news())


def test_private_keys_are_sealed(context):
    key = signing.add_signing_key(context)

    with context.reading() as session:
        row = session.get(signing.SigningKeyRow, key.id)
        private = signing._ring(context.cloud).open(row.private)
        assert private not in row.private
        assert base64.b64decode(key.public) == signing.signer(context, PURPOSE).public_key


def test_a_moment_without_the_owner_of_servers_ends_no_port(
    node, server, context, monkeypatch, caplog
):
    monkeypatch.setattr(
        documents, "_guests", lambda *_: (_ for _ in ()).throw(documents.OwnerAbsent("absent"))
    )
    synnefo_network.note_device(context, server.id)
    assert [] == node.news()
    assert [] == node.news()
    # The task comes each second: it does not say so each time.
    assert 1 == sum("absent" in each.message for each in caplog.records)
    monkeypatch.undo()
    with context.unit_of_work() as session:
        session.get(synnefo_compute.models.ServerRow, server.id).name = "renamed"

    assert 1 == len(node.news())
