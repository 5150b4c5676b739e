# SPDX-License-Identifier: Apache-2.0
"""Tokens for the screens of servers: whose they are, and when they are good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

import synnefo_compute
from synnefo_backend_sim import operator
from synnefo_compute import ConsoleUnavailable, consoles
from synnefo_compute.models import ConsoleRow
from synnefo_core.clock import Clock
from synnefo_core.context import for_worker
from synnefo_core.contracts.compute import Console, ConsoleKind
from synnefo_core.errors import Forbidden, InvalidState, NotFound, Unauthenticated, Unavailable


class People:
    """A directory that knows who has which roles."""

    def __init__(self):
        self.known = {("u1", "p1"): frozenset({"member", "reader"})}

    def roles(self, user_id, project_id):
        return self.known.get((user_id, project_id), frozenset())

    def users(self, _ids):
        return {}


class LateClock(Clock):
    """Real time, and what a test adds to it."""

    late_s = 0.0

    def now(self):
        return super().now() + self.late_s


@pytest.fixture
def clock():
    return LateClock()


@pytest.fixture
def people(cloud, monkeypatch):
    people = People()
    monkeypatch.setattr(type(cloud), "directory", people)
    return people


@pytest.fixture
def token(server, member, people):
    return token_in(synnefo_compute.open_console(member, server.id))


def token_in(url):
    (path,) = parse_qs(urlsplit(url).query)["path"]
    (token,) = parse_qs(path.removeprefix("?"))["token"]
    return token


def test_a_token_leads_to_the_screen(cloud, server, token):
    screen = synnefo_compute.enter_console(cloud, token)

    assert (server.id, "u1", "127.0.0.1") == (screen.server_id, screen.user_id, screen.host)


def test_the_address_is_one_that_novnc_understands(server, member):
    url = urlsplit(synnefo_compute.open_console(member, server.id))

    assert ("http", "127.0.0.1:6080", "/vnc_lite.html") == (url.scheme, url.netloc, url.path)
    assert url.query.startswith("path=%3Ftoken%3D")


def test_operators_say_where_the_page_is(cloud):
    cloud.config.set_override("base_url", "https://c.example.org/vnc.html?view=1", "console")

    url = consoles.address(cloud, "abc")

    assert "https://c.example.org/vnc.html?view=1&path=%3Ftoken%3Dabc" == url


def test_a_token_is_good_once(cloud, token):
    synnefo_compute.enter_console(cloud, token)

    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, token)


def test_of_several_who_show_a_token_at_once_one_gets_in(cloud, token):
    def enter(_):
        try:
            return synnefo_compute.enter_console(cloud, token)
        except Unauthenticated:
            return None

    with ThreadPoolExecutor(4) as pool:
        found = [screen for screen in pool.map(enter, range(4)) if screen]

    assert 1 == len(found)


def test_a_token_gets_too_old(cloud, clock, token):
    clock.late_s = cloud.config.console.token_s

    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, token)


@pytest.mark.parametrize("wrong", ["", "x", "\udcff", "é" * 5000])
def test_an_unknown_token_is_refused(cloud, wrong):
    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, wrong)


def test_no_token_is_stored(context, token):
    with context.reading() as session:
        (row,) = session.scalars(select(ConsoleRow))

    assert token not in {str(value) for value in vars(row).values()}


def test_a_token_dies_with_the_users_right(cloud, people, token):
    people.known["u1", "p1"] = frozenset({"reader"})

    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, token)


def test_a_token_dies_with_a_stop_though_the_server_runs_again(
    cloud, server, member, settle, token
):
    for do in (synnefo_compute.stop_server, synnefo_compute.start_server):
        do(member, server.id)
        settle()

    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, token)


def test_a_token_dies_with_its_server(cloud, server, member, settle, token):
    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, token)


def test_a_server_that_its_cluster_has_stopped_has_no_console(cloud, cluster, token):
    (instance,) = cluster.inventory.instances()
    operator.stop(cluster.cluster, instance.name)

    with pytest.raises(InvalidState):
        synnefo_compute.enter_console(cloud, token)


def test_a_cluster_that_does_not_answer_is_told(cloud, cluster, token):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    with pytest.raises(Unavailable):
        synnefo_compute.enter_console(cloud, token)


def test_a_screen_of_another_kind_is_none(cloud, cluster, token, monkeypatch):
    spice = Console(ConsoleKind.SPICE, "192.0.2.1", 5900)
    monkeypatch.setattr(cluster.consoles, "console", lambda _name, timeout_s: spice)

    with pytest.raises(ConsoleUnavailable):
        synnefo_compute.enter_console(cloud, token)


def test_a_stopped_server_has_no_console(server, member, settle):
    synnefo_compute.stop_server(member, server.id)
    with pytest.raises(InvalidState, match="while it is in task powering-off"):
        synnefo_compute.open_console(member, server.id)

    settle()

    with pytest.raises(InvalidState, match="while it is stopped"):
        synnefo_compute.open_console(member, server.id)


def test_nobody_else_gets_a_token(server, member):
    stranger = replace(member, user_id="u2", project_id="p2")

    with pytest.raises(NotFound):
        synnefo_compute.open_console(stranger, server.id)


def test_an_administrator_gets_in_while_being_one(cloud, server, people):
    admin = replace(for_worker(cloud), user_id="root", project_id="p0")
    people.known["root", "p0"] = frozenset({"admin", "member"})
    first, second = (token_in(synnefo_compute.open_console(admin, server.id)) for _ in range(2))

    assert server.id == synnefo_compute.enter_console(cloud, first).server_id
    people.known["root", "p0"] = frozenset({"member"})
    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, second)


def test_a_token_belongs_to_a_project(cloud, server):
    with pytest.raises(Forbidden):
        synnefo_compute.open_console(for_worker(cloud), server.id)


@pytest.mark.parametrize("kind", ["spice-html5", "serial", "xvpvnc"])
def test_there_is_no_console_of_another_kind(server, member, kind):
    with pytest.raises(ConsoleUnavailable, match=kind):
        synnefo_compute.open_console(member, server.id, kind)


def test_a_cluster_without_the_facet_has_no_consoles(server, member, cluster, monkeypatch):
    monkeypatch.setattr(cluster, "consoles", None)

    with pytest.raises(ConsoleUnavailable):
        synnefo_compute.open_console(member, server.id)


@pytest.mark.usefixtures("token")
def test_old_tokens_are_forgotten(context, clock, server, member):
    clock.late_s = context.cloud.config.console.token_s / 2
    synnefo_compute.open_console(member, server.id)
    clock.late_s *= 2

    consoles.sweep(context)

    with context.reading() as session:
        (left,) = session.scalars(select(ConsoleRow))
    assert left.expires_at > context.now()
