# SPDX-License-Identifier: Apache-2.0
"""What a node keeps of documents and cards, and the command that Ganeti calls."""

import base64
import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from synnefo_core.contracts.nodes import PURPOSE, Mode
from synnefo_core.signatures import Signer, Verifier
from synnefo_node_ganeti.net import node as node_module, placing
from synnefo_node_ganeti.net.connections import Connection, Connections, Zones
from synnefo_node_ganeti.net.main import main
from synnefo_node_ganeti.net.node import AlreadyRunning, Node, NotConnected, Plug
from synnefo_node_ganeti.net.programs import ProgramFailed, run
from synnefo_node_ganeti.net.shelf import PORTS, Refused, Shelf
from tests.house.test_imports import HEAVY
from tests.plugins.node_ganeti.portdocs import document

NOW = 1e9
DOCUMENT = document(1, version=5, expires_at=NOW + 60)
ENVIRONMENT = {
    "INTERFACE": "tap0",
    "INTERFACE_NAME": f"nic-{DOCUMENT.port}",
    "MAC": DOCUMENT.mac.upper(),
    "MODE": "bridged",
    "LINK": "br0",
}


@pytest.fixture
def signer():
    return Signer(Signer.new_key(), PURPOSE)


@pytest.fixture
def shelf(tmp_path, signer):
    return Shelf(tmp_path / "documents", Verifier([signer.public_key], PURPOSE), PORTS)


@pytest.fixture
def take(shelf, signer):
    def take(told, now=NOW) -> bool:
        return shelf.take(signer.sign(told.to_json()), now=now)

    return take


def test_a_newer_document_takes_the_place_of_an_older_one_and_never_the_other_way(shelf, take):
    newer = replace(DOCUMENT, version=6, is_up=False)

    assert take(DOCUMENT)
    assert not take(DOCUMENT)
    with pytest.raises(Refused, match="version 5 already"):
        take(replace(DOCUMENT, is_up=False))
    assert take(newer)
    with pytest.raises(Refused, match="version 6 already"):
        take(DOCUMENT)

    assert newer == shelf.find(DOCUMENT.port)


def test_an_expired_document_is_not_taken_but_one_that_is_there_stays(shelf, take):
    take(DOCUMENT)

    with pytest.raises(Refused, match="expired"):
        take(replace(DOCUMENT, version=6), now=NOW + 60)
    shelf.forget_gone(now=NOW + 60)

    assert DOCUMENT == shelf.find(DOCUMENT.port)


def test_a_deleted_port_is_forgotten_when_nothing_older_can_come(shelf, take):
    take(replace(DOCUMENT, is_gone=True))

    shelf.forget_gone(now=NOW + 59)
    assert shelf.find(DOCUMENT.port) is not None

    shelf.forget_gone(now=NOW + 60)
    assert shelf.find(DOCUMENT.port) is None


def test_a_node_forgets_what_has_expired_beside_what_is_damaged(tmp_path, signer):
    node = Node(tmp_path, Verifier([signer.public_key], PURPOSE))
    for number, told in ((1, document(1, is_gone=True)), (2, document(2, is_gone=True))):
        until = NOW + 60 if number == 1 else 4e9
        node.shelf.take(signer.sign(replace(told, expires_at=until).to_json()), now=NOW)
    (tmp_path / "documents/a-first.json").write_text("damaged")

    node.forget_gone()

    assert {document(2).port, "a-first"} == set(node.shelf.ids())


def test_what_is_not_the_clouds_is_refused(shelf):
    stranger = Signer(Signer.new_key(), PURPOSE)

    for signed in (stranger.sign(DOCUMENT.to_json()), DOCUMENT.to_json(), ""):
        with pytest.raises(Refused):
            shelf.take(signed, now=NOW)

    assert shelf.find(DOCUMENT.port) is None


def test_documents_outlive_the_key_that_they_were_signed_with(shelf, take, tmp_path):
    take(DOCUMENT)

    later = Shelf(tmp_path / "documents", Verifier([], PURPOSE), PORTS)

    assert DOCUMENT == later.find(DOCUMENT.port)


@pytest.mark.parametrize("port", ["", "../secret", "a/b", "a.b", "a" * 65])
def test_no_port_leads_out_of_the_directory(shelf, port):
    with pytest.raises(Refused):
        shelf.find(port)


def test_a_network_keeps_its_number_while_it_is_used(tmp_path):
    zones = Zones(tmp_path / "zones.json")

    first = zones.of(["red", "blue"])
    second = zones.of(["green", "red"])

    assert first["red"] == second["red"]
    assert len(set(second.values())) == len(second)
    assert {"red", "green"} == second.keys()


def test_a_damaged_record_of_a_card_is_passed_over(tmp_path):
    connections = Connections(tmp_path)
    good = Connection("tap0", "p", "", (("-4", "rule", "del"),))
    connections.put(good)
    (tmp_path / "tap1").write_text('{"tap":')
    (tmp_path / ".tap2.1").write_text("a draft")

    assert [good] == connections.all()


def kernel(asked: list[str]):
    """Return what stands for programs: it tells ``asked`` what it is told, and how often of itself."""

    def run(words, text=None):
        if text is not None:
            asked.append(text)
        return json.dumps({"nftables": [{"told": {"times": len(asked) - asked.count("bridge")}}]})

    return run


@pytest.fixture
def node(tmp_path, signer, monkeypatch):
    """Return a node whose kernel does nothing; what it is told is in ``asked``."""
    node = Node(tmp_path, Verifier([signer.public_key], PURPOSE))
    node.asked = []
    monkeypatch.setattr(placing, "run", kernel(node.asked))
    monkeypatch.setattr(node_module.attaching, "require_connections_on_bridges", lambda: None)
    monkeypatch.setattr(node_module.attaching, "to_bridge", lambda *_: node.asked.append("bridge"))
    return node


def test_documents_that_come_together_wait_for_the_disk_once_each(
    node, signer, tmp_path, monkeypatch
):
    synced, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(file), sync(file)))
    for number in range(1, 21):
        signed = signer.sign(document(number).to_json())
        (node.incoming / f"{number:02}").write_text(signed)
    (node.incoming / "00").write_text("of nobody")

    node.apply()

    assert {document(number).port for number in range(1, 21)} == set(node.shelf.ids())
    assert [] == list(node.incoming.iterdir())
    assert len(synced) < 30


@pytest.fixture
def told(node, signer):
    """Leave a document for the node."""
    (node.incoming / "1").write_text(signer.sign(replace(DOCUMENT, expires_at=4e9).to_json()))


def test_the_rules_are_there_before_the_card_is_joined_to_the_bridge(node, told):
    node.plug(Plug.of(ENVIRONMENT))

    *rules, last = node.asked
    assert '"tap0" : jump src-tap0' in "".join(rules)
    assert "bridge" == last


@pytest.mark.parametrize(
    "change",
    [
        {"MAC": "02:00:01:00:00:02"},
        {"MODE": "routed"},
        {"INTERFACE_NAME": "nic-other"},
        {"INTERFACE_NAME": DOCUMENT.port},
        {"INTERFACE_NAME": ""},
    ],
    ids=str,
)
def test_a_card_that_is_not_what_its_document_says_is_not_connected(node, told, change):
    with pytest.raises((NotConnected, Refused)):
        node.plug(Plug.of(ENVIRONMENT | change))

    assert [] == node.asked


def test_a_card_that_could_not_be_joined_leaves_no_rules(node, told, monkeypatch):
    def fail(*_):
        raise ProgramFailed("no such bridge")

    monkeypatch.setattr(node_module.attaching, "to_bridge", fail)

    with pytest.raises(ProgramFailed):
        node.plug(Plug.of(ENVIRONMENT))

    assert "tap0" not in node.rules()
    assert "delete chain bridge synnefo in-tap0" in node.asked[-1]


def test_a_card_whose_rules_the_kernel_refuses_is_not_connected(node, told, monkeypatch):
    whole = placing.run

    def refusing(words, text=None):
        if text is not None and "dport 22" in text:
            raise ProgramFailed("dport is not known")
        return whole(words, text)

    monkeypatch.setattr(placing, "run", refusing)

    with pytest.raises(ProgramFailed, match="dport is not known"):
        node.plug(Plug.of(ENVIRONMENT))

    assert [] == Connections(node.cards).all()
    assert "bridge" not in node.asked


@pytest.mark.parametrize(
    "link, table", [("100", "100"), ("main", "main"), ("snf-link-1", str((29550 << 16) + 1))]
)
def test_a_routing_table_that_the_node_has_no_name_for_is_the_networks_own(
    node, signer, monkeypatch, link, table
):
    asked = []

    def ip(line):
        asked.append(line)
        if line.endswith("table snf-link-1"):
            raise ProgramFailed("table id value is invalid")
        return ""

    monkeypatch.setattr(node_module.attaching, "ip", ip)
    monkeypatch.setattr(node_module.attaching, "run", lambda words: asked.append(" ".join(words)))
    monkeypatch.setattr(node_module.attaching, "to_group", lambda _: None)
    monkeypatch.setattr(node_module.attaching, "_set", lambda *_: None)
    network = replace(DOCUMENT.network, mode=Mode.ROUTED, link=link)
    routed = replace(DOCUMENT, network=network, expires_at=4e9)
    (node.incoming / "1").write_text(signer.sign(routed.to_json()))

    node.plug(Plug.of(ENVIRONMENT | {"MODE": "routed", "LINK": link}))

    assert f"ip -4 rule add iif tap0 table {table}" in asked
    (connection,) = Connections(node.cards).all()
    assert ("-4", "rule", "del", "iif", "tap0", "table", table) in connection.undo


def test_a_card_whose_document_is_damaged_is_closed(node, told, tmp_path, monkeypatch):
    node.plug(Plug.of(ENVIRONMENT))
    (tmp_path / f"documents/{DOCUMENT.port}.json").write_text("{")
    monkeypatch.setattr(node_module.attaching, "is_there", lambda _: True)
    monkeypatch.setattr(node_module.attaching, "to_group", lambda _: None)

    node.apply()

    told = "".join(node.asked)
    for where in ("sources", "senders", "receivers"):
        assert f'add element bridge synnefo {where} {{ "tap0" : drop }}' in told


def test_one_directory_has_one_daemon(node):
    with (
        node.as_only_daemon(),
        pytest.raises(AlreadyRunning, match=f"process {os.getpid()} is"),
        node.as_only_daemon(),
    ):
        pass

    with node.as_only_daemon():
        pass


def test_rules_that_are_in_place_are_left_alone(node, told, monkeypatch):
    monkeypatch.setattr(node_module.attaching, "is_there", lambda _: True)
    monkeypatch.setattr(node_module.attaching, "to_group", lambda _: None)
    node.plug(Plug.of(ENVIRONMENT))
    before = list(node.asked)

    node.apply()

    assert before == node.asked


def test_the_command_says_what_is_wrong_in_a_sentence(tmp_path, signer, capsys, monkeypatch):
    keys = tmp_path / "keys"
    keys.write_text(base64.b64encode(signer.public_key).decode())
    monkeypatch.delenv("INTERFACE", raising=False)

    assert 1 == main(["--keys", str(tmp_path / "none"), "--state", str(tmp_path), "apply"])
    assert 1 == main(["--keys", str(keys), "--state", str(tmp_path), "plug"])

    shown = capsys.readouterr().err
    assert 2 == len(shown.splitlines())
    assert "INTERFACE" in shown


@pytest.mark.parametrize("what", ["show-unit", "show-hook"])
def test_files_for_the_node_name_this_command(what, capsys):
    assert 0 == main([what])

    assert "@" not in capsys.readouterr().out


def test_the_unit_gives_the_daemon_no_mounts_of_its_own(capsys):
    """Routers are name spaces that stay when the daemon ends, and that operators look into."""
    assert 0 == main(["show-unit"])

    settings = {line.partition("=")[0] for line in capsys.readouterr().out.splitlines()}
    apart = re.compile("Private(Tmp|Devices|Mounts)|Protect|.*Paths|Root|MountFlags|DynamicUser")
    assert [] == [name for name in settings if apart.match(name)]


def test_a_program_that_is_not_there_is_a_failure():
    with pytest.raises(ProgramFailed):
        run(["no-such-program"])


def test_a_node_loads_no_web_and_no_database():
    code = "import json, sys, synnefo_node_ganeti.net.main; print(json.dumps(list(sys.modules)))"

    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout

    assert set() == (HEAVY | {"sqlite3"}) & set(json.loads(output))
