# SPDX-License-Identifier: Apache-2.0
"""A server that can't be started is tried again later, and holds up no other."""

import logging
from contextlib import closing
from dataclasses import replace

import pytest

from synnefo_node_ganeti.net import servers
from synnefo_node_ganeti.net.cards import Server
from synnefo_node_ganeti.net.patience import LONGEST_S, Patience
from synnefo_node_ganeti.net.programs import ProgramFailed
from synnefo_node_ganeti.net.telling import Telling


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Quiet:
    """Answers nobody."""

    def close(self) -> None:
        return


class Node:
    """Servers that never begin to serve, some of which can't be started.

    Attributes:
        broken: The interfaces whose servers can't be started.
        tried: The interfaces in the order in which they were tried.
    """

    def __init__(self, directory, clock):
        self.mine = servers.Servers(directory, clock)
        self.broken, self.tried = set(), []

    def settle(self, told):
        self.tried.append(told.interface)
        if told.interface in self.broken:
            raise ProgramFailed(f"no interface {told.interface}")

    def apply(self, *names):
        """Apply these servers; return which were tried."""
        self.tried.clear()
        self.mine.apply([telling(name) for name in names])
        return list(self.tried)


def telling(name):
    return Telling(Server(name, f"net-{name}"), name, "", "02:00:01:ff:ff:fe", 1500, (), "port=0\n")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def node(tmp_path, monkeypatch, clock):
    made = Node(tmp_path / "servers", clock)
    monkeypatch.setattr(servers, "_settle", made.settle)
    monkeypatch.setattr(servers, "_unsettle", lambda _: None)
    monkeypatch.setattr(servers, "_let_begin", lambda _: None)
    monkeypatch.setattr(servers, "_answers", lambda *_: Quiet())
    with closing(made.mine):
        yield made


def test_those_behind_one_that_fails_run_and_the_log_says_which_failed(node, tmp_path, caplog):
    node.broken = {"tap1"}

    with caplog.at_level(logging.ERROR):
        assert ["tap0", "tap1", "tap2"] == node.apply("tap0", "tap1", "tap2")

    there = {path.name for path in (tmp_path / "servers").iterdir()}
    assert {"tap0.conf", "tap2.conf"} == there
    (said,) = caplog.records
    assert "no interface tap1" in said.getMessage()
    assert ("tap1", "net-tap1", 1.0) == (said.interface, said.network, said.again_in_s)


def test_it_is_tried_again_ever_more_rarely(node, clock):
    node.broken = {"tap1"}
    waits = []
    for _ in range(12):
        assert ["tap1"] == node.apply("tap1")
        assert [] == node.apply("tap1")
        waits.append(node.mine.again_in_s)
        clock.now += waits[-1]

    assert [1.0, 2.0, 4.0, 8.0] == waits[:4]
    assert {LONGEST_S} == set(waits[-3:])


def test_once_it_can_be_started_it_runs_and_nothing_is_waited_for(node, clock):
    node.broken = {"tap1"}
    node.apply("tap1")
    node.broken.clear()
    clock.now += 1.0

    assert ["tap1"] == node.apply("tap1")
    assert float("inf") == node.mine.again_in_s
    assert [] == node.apply("tap1")


def test_one_that_is_to_tell_something_else_is_tried_at_once(node):
    node.broken = {"tap1"}
    node.apply("tap1")
    node.tried.clear()

    node.mine.apply([replace(telling("tap1"), mtu=1400)])

    assert ["tap1"] == node.tried


def test_one_that_was_not_wanted_for_a_while_is_tried_at_once(node):
    node.broken = {"tap1"}
    node.apply("tap1")
    node.apply()

    assert ["tap1"] == node.apply("tap1")


def test_one_that_dies_is_started_again_later(node, clock, caplog):
    node.apply("tap0", "tap1")
    died = node.mine._running["tap1"].process
    died.kill()
    died.wait()

    with caplog.at_level(logging.ERROR):
        assert [] == node.apply("tap0", "tap1")

    assert [("a server died", "tap1")] == [
        (one.getMessage(), one.interface) for one in caplog.records
    ]
    clock.now += node.mine.again_in_s
    assert ["tap1"] == node.apply("tap0", "tap1")


def test_what_worked_for_long_fails_for_the_first_time(clock):
    patience = Patience(clock)
    for _ in range(5):
        patience.fail("sv1", "told")

    assert 32.0 == patience.fail("sv1", "told", worked_s=LONGEST_S - 1)
    assert 1.0 == patience.fail("sv1", "told", worked_s=LONGEST_S)


def test_nobody_waits_less_than_the_first_wait(clock):
    patience = Patience(clock)
    patience.fail("sv1", "told")
    clock.now += 10

    assert patience.is_over("sv1", "told")
    assert 1.0 == patience.rest_s(["sv1", "sv2"])
