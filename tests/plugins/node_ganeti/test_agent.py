# SPDX-License-Identifier: Apache-2.0
"""The daemon of a node: one part that fails holds up no other, and the cloud hears of it."""

import logging
from contextlib import closing
from dataclasses import replace

import pytest

from synnefo_core.contracts.nodes import PURPOSE, Direction, Rule
from synnefo_core.signatures import Signer, Verifier
from synnefo_node_ganeti.net import agent as agent_module, announcing, gateway, node as node_module
from synnefo_node_ganeti.net.agent import Agent
from synnefo_node_ganeti.net.announcing import Advertiser
from synnefo_node_ganeti.net.cloud import CloudLine
from synnefo_node_ganeti.net.connections import Connection, Connections
from synnefo_node_ganeti.net.gateway import Gateway
from synnefo_node_ganeti.net.node import Node
from synnefo_node_ganeti.net.programs import ProgramFailed
from synnefo_node_ganeti.net.routers import links, name_space
from synnefo_node_ganeti.net.spaces import path
from tests.plugins.node_ganeti.portdocs import document
from tests.plugins.node_ganeti.routerdocs import router

CHECK_S = 60.0


class Kernel:
    """What stands for the kernel: it refuses what is broken, and has the rest.

    Attributes:
        broken: ``rules``, interfaces and routers that it does not want.
        cards: The interfaces that there are rules for.
        routers: The routers that there are.
        served: The interfaces of the servers that were wanted last.
        advertised: The routers that were spoken for last.
    """

    def __init__(self) -> None:
        self.broken, self.down = set(), []
        self.cards, self.routers, self.served, self.advertised = [], [], [], []
        self.again_in_s = float("inf")

    def refuse(self, what) -> None:
        if what in self.broken:
            raise ProgramFailed(f"no {what}")

    def put(self, wanted) -> None:
        self.check(wanted)
        self.cards = [tap for tap in ("tap0", "tap1") if tap in str(wanted)]

    def check(self, wanted) -> None:
        self.refuse("rules")
        for part in ("dport 66", "src-tap1"):
            if part in str(wanted):
                self.refuse(part)

    def route(self, document) -> None:
        self.refuse(document.router)
        self.routers.append(document.router)


class Servers:
    """Servers that only note what is wanted."""

    def __init__(self, kernel) -> None:
        self._kernel, self.again_in_s = kernel, float("inf")

    @property
    def down(self):
        return self._kernel.down

    def apply(self, tellings):
        self._kernel.refuse("servers")
        self._kernel.served = [telling.server.interface for telling in tellings]

    def close(self):
        return


class Speaker:
    """Speaks for nobody."""

    def __init__(self, kernel) -> None:
        self._kernel = kernel

    def apply(self, wanted):
        self._kernel.advertised = sorted(space.name for space in wanted)

    def close(self):
        return


@pytest.fixture
def kernel(monkeypatch):
    kernel = Kernel()
    kept = node_module.attaching
    monkeypatch.setattr(kept, "require_connections_on_bridges", lambda: None)
    monkeypatch.setattr(kept, "is_there", lambda _: True)
    monkeypatch.setattr(kept, "to_group", kernel.refuse)
    monkeypatch.setattr(node_module.Placing, "put", lambda _, wanted: kernel.put(wanted))
    monkeypatch.setattr(node_module.Placing, "check", lambda _, wanted: kernel.check(wanted))
    monkeypatch.setattr(gateway.Spaces, "keep", lambda *_: None)
    monkeypatch.setattr(gateway.Spaces, "put", lambda _, document: kernel.route(document))
    monkeypatch.setattr(agent_module, "Servers", lambda _: Servers(kernel))
    monkeypatch.setattr(agent_module, "Advertiser", lambda: Speaker(kernel))
    return kernel


@pytest.fixture
def signer():
    return Signer(Signer.new_key(), PURPOSE)


@pytest.fixture
def node(kernel, signer, tmp_path):
    """Return a node with a card and a router."""
    verifier = Verifier([signer.public_key], PURPOSE)
    node = Node(tmp_path, verifier, Gateway(tmp_path / "routers", verifier, name="gate"))
    connect(node, signer, 1)
    node._gateway.take(signer.sign(router(1).to_json()))
    return node


def connect(node, signer, number, **told_of_it):
    """Give a node a card, from ``tap0`` on."""
    told = replace(document(number, **told_of_it), expires_at=4e9)
    (node.incoming / str(number)).write_text(signer.sign(told.to_json()))
    Connections(node.cards).put(Connection(f"tap{number - 1}", told.port, "br0"))


@pytest.fixture
def agent(node):
    with closing(Agent(node, check_s=CHECK_S)) as agent:
        yield agent


def test_rules_that_the_kernel_refuses_hold_up_neither_servers_nor_routers(agent, kernel, caplog):
    agent.turn()
    kernel.broken, kernel.served = {"rules"}, []
    kernel.routers.clear()

    with caplog.at_level(logging.ERROR):
        agent.turn()

    assert (["sv1"], ["router-1"]) == (kernel.served, kernel.routers)
    assert [("rules", 1.0)] == [(one.part, one.again_in_s) for one in caplog.records]
    assert ("rules: rules: no rules",) == agent.problems


def test_no_server_is_started_for_a_card_without_rules(agent, kernel, node, signer):
    kernel.broken = {"rules"}
    agent.turn()
    assert [] == kernel.served

    kernel.broken = set()
    agent.turn()
    assert (["sv1"], ()) == (kernel.served, agent.problems)


def test_what_failed_is_tried_again_ever_later_until_it_works(agent, kernel):
    kernel.broken, waits = {"servers"}, []
    for _ in range(3):
        agent.turn()
        waits.append(round(agent._rest_s))
    kernel.broken = set()
    agent.turn()

    assert [1, 2, 4] == waits
    assert agent._rest_s == CHECK_S


def test_servers_that_fail_hold_up_no_router_and_are_told_of(agent, kernel):
    kernel.broken = {"servers"}
    agent.turn()
    assert (["router-1"], ("servers: no servers",)) == (kernel.routers, agent.problems)

    kernel.broken, kernel.down = set(), ["sv1"]
    agent.turn()
    assert ("server sv1: not running",) == agent.problems


def test_a_card_that_the_kernel_refuses_holds_up_no_other(agent, kernel, node, signer):
    connect(node, signer, 2)
    kernel.broken = {"tap0"}

    agent.turn()

    assert ["tap0", "tap1"] == kernel.cards
    assert ("rules: card tap0: no tap0",) == agent.problems


@pytest.mark.parametrize("part, placed", [("dport 66", ["tap0", "tap1"]), ("src-tap1", ["tap0"])])
def test_rules_of_one_card_that_the_kernel_refuses_hold_up_no_other(
    agent, kernel, node, signer, part, placed
):
    connect(node, signer, 2, rules=(Rule(Direction.INGRESS, 4, 6, 66, 66),))
    kernel.broken = {part}

    agent.turn()

    assert (["tap0", "tap1"], ["sv1"]) == (kernel.cards, kernel.served)
    assert (f"rules: rules of card tap1: no {part}",) == agent.problems
    assert placed == [card.tap for card in node.placed()]


def test_documents_that_can_not_be_written_hold_up_no_rules(agent, kernel, node, monkeypatch):
    agent.turn()
    (node.incoming / "2").write_text("any")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(node, "_take", full)
    kernel.cards = []

    agent.turn()

    assert ["tap0"] == kernel.cards
    assert "No space left" in agent.problems[0]


def test_a_router_that_fails_stays_spoken_for_and_holds_up_no_other(agent, kernel, node, signer):
    agent.turn()
    node._gateway.take(signer.sign(router(2).to_json()))
    kernel.broken = {"router-1"}

    agent.turn()

    assert ["router-1", "router-2"] == kernel.routers
    assert [name_space(f"router-{n}") for n in (1, 2)] == kernel.advertised
    assert ("routers: router router-1: no router-1",) == agent.problems


def test_one_interface_that_is_not_there_keeps_no_other_router_silent(monkeypatch):
    begun = []

    def inside(space, _):
        if "router-1" in str(space):
            raise OSError(19, "No such device")
        begun.append(space)
        raise OSError(1, "enough")

    monkeypatch.setattr(announcing, "inside", inside)
    spaces = {path(name_space(each.router)): links(each) for each in (router(1), router(2))}

    with (
        closing(Advertiser()) as advertiser,
        pytest.raises(ProgramFailed, match="No such device"),
    ):
        advertiser.apply(spaces)

    assert {path(name_space("router-2"))} == set(begun)


def test_the_cloud_hears_what_is_not_as_it_should_be(agent, kernel, node):
    said = []

    class Bus:
        def subscribe(self, *_):
            return

        def publish(self, message, **_):
            said.append(dict(message.payload))

        def receive(self, **_):
            return

    line = CloudLine(
        Bus(),
        node="gate",
        incoming=node.incoming,
        versions=dict,
        routers=dict,
        is_gateway=True,
        problems=lambda: agent.problems,
        hello_s=0.0,
    )
    agent.turn()
    line.turn()
    kernel.broken = {"rules"}
    agent.turn()
    line.turn()

    assert [None, "rules: rules: no rules"] == [each.get("problem") for each in said]
