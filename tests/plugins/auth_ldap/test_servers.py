# SPDX-License-Identifier: Apache-2.0
"""Servers that die, hang, come back; and connections that are kept."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from synnefo_core.contracts.auth import AuthBusy, AuthUnavailable, PasswordLogin, Rejected
from tests.system.labs.ldap import PASSWORD, PEOPLE, LdapLab
from tests.system.labs.waiting import free_port, until

pytestmark = pytest.mark.system

JANE = PasswordLogin("u00001", "default", None, PASSWORD)
WRONG = PasswordLogin("u00001", "default", None, "wrong")


def accepted(lab):
    """How many connections a server has seen."""
    return lab.log.count(" ACCEPT ")


def binds(lab):
    """How many names and passwords a server has been asked about."""
    return lab.log.count(" BIND dn=") - lab.log.count(" mech=")


def test_people_log_in_by_another_server_when_one_is_dead(make, ldap_lab, own_lab):
    dead = f"ldaps://localhost:{free_port()}"

    method = make(own_lab, servers=[dead, own_lab.ldaps_url])

    assert method.authenticator.authenticate(JANE).subject
    with pytest.raises(Rejected):
        method.authenticator.authenticate(WRONG)


def test_the_first_server_is_preferred_while_it_lives(make, own_lab):
    with LdapLab(people=5) as other:
        make(own_lab, servers=[own_lab.ldaps_url, other.ldaps_url]).authenticator.authenticate(JANE)

        assert 0 == binds(other)
    assert binds(own_lab) > 0


def test_when_all_are_dead_it_is_said_so_at_once_and_none_is_forgotten(make, own_lab):
    method = make(own_lab, servers=[f"ldaps://localhost:{free_port()}", own_lab.ldaps_url])
    method.authenticator.authenticate(JANE)
    own_lab.kill()

    begun = time.monotonic()
    with pytest.raises(AuthUnavailable) as caught:
        method.authenticator.authenticate(JANE)

    assert time.monotonic() - begun < 2
    assert own_lab.ldaps_url in str(caught.value)
    own_lab.restart()
    assert method.authenticator.authenticate(JANE).subject


def test_a_restarted_server_fails_no_login(make, own_lab):
    method = make(own_lab, out_s=1000)
    method.authenticator.authenticate(JANE)
    own_lab.kill()
    own_lab.restart()

    assert method.authenticator.authenticate(JANE).subject


def test_a_server_that_hangs_is_left_out_after_its_time(make, own_lab):
    with LdapLab(people=5) as other:
        # The other laboratory has an authority of its own; without encryption none is needed.
        servers = [own_lab.url, other.url]
        method = make(own_lab, servers=servers, start_tls=False, timeout_s=0.5, out_s=1000)
        method.authenticator.authenticate(JANE)
        own_lab.pause()

        times = []
        for _ in range(2):
            begun = time.monotonic()
            method.authenticator.authenticate(JANE)
            times.append(time.monotonic() - begun)
        own_lab.resume()

    first, second = times
    assert 0.5 <= first < 3
    assert second < 0.5


def test_a_server_that_is_back_is_preferred_again(make, own_lab):
    with LdapLab(people=5) as other:
        servers = [own_lab.url, other.url]
        method = make(own_lab, servers=servers, start_tls=False, out_s=0.2)
        own_lab.kill()
        method.authenticator.authenticate(JANE)
        own_lab.restart()
        before = binds(own_lab)

        until(
            lambda: method.authenticator.authenticate(JANE) and binds(own_lab) > before,
            "the first server to be asked again",
            within_s=10,
        )


def test_while_a_server_hangs_everything_else_goes_on(make, own_lab):
    method = make(own_lab, timeout_s=1)
    method.authenticator.authenticate(JANE)
    own_lab.pause()
    is_over, gaps = threading.Event(), []

    def beat():
        last = time.monotonic()
        while not is_over.wait(0.01):
            gaps.append(time.monotonic() - last)
            last = time.monotonic()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(beat)
        with pytest.raises(AuthUnavailable):
            method.authenticator.authenticate(JANE)
        is_over.set()
    own_lab.resume()

    assert len(gaps) > 20
    assert max(gaps) < 0.5


@pytest.fixture
def silent():
    """Return the port of a server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    "scheme, start_tls",
    [("ldap", False), ("ldap", True), ("ldaps", True)],
    ids=["plain", "starttls", "ldaps"],
)
@pytest.mark.parametrize("direct", ["", f"uid={{name}},{PEOPLE}"], ids=["search", "direct"])
def test_a_server_that_never_answers_costs_its_time_and_no_more(
    make, ldap_lab, silent, scheme, start_tls, direct
):
    uri = f"{scheme}://localhost:{silent}"
    method = make(ldap_lab, servers=[uri], start_tls=start_tls, direct_bind=direct, timeout_s=0.4)

    begun = time.monotonic()
    with pytest.raises(AuthUnavailable):
        method.authenticator.authenticate(JANE)

    assert 0.3 < time.monotonic() - begun < 3


def test_a_server_that_hangs_after_starttls_costs_its_time_and_no_more(make, ldap_lab):
    answered = threading.Event()

    def accept_only_starttls(server):
        connection, _ = server.accept()
        with connection:
            connection.recv(100)
            connection.sendall(bytes.fromhex("300c02010178070a010004000400"))
            answered.set()
            while connection.recv(100_000):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(accept_only_starttls, server)
        uri = f"ldap://localhost:{server.getsockname()[1]}"
        method = make(ldap_lab, servers=[uri], timeout_s=0.4)

        begun = time.monotonic()
        with pytest.raises(AuthUnavailable, match="timed out"):
            method.authenticator.authenticate(JANE)

    assert answered.is_set()
    assert time.monotonic() - begun < 3


def test_a_login_takes_no_longer_than_its_caller_waits(make, ldap_lab, silent):
    servers = [f"ldaps://localhost:{silent}", f"ldaps://127.0.0.1:{silent}"]
    method = make(ldap_lab, servers=servers, timeout_s=30)

    begun = time.monotonic()
    with pytest.raises(AuthUnavailable):
        method.authenticator.authenticate(JANE, timeout_s=0.5)

    assert time.monotonic() - begun < 3


def test_connections_are_used_again(make, own_lab):
    method = make(own_lab)

    for _ in range(10):
        method.authenticator.authenticate(JANE)
        with pytest.raises(Rejected):
            method.authenticator.authenticate(WRONG)

    # The laboratory looked once whether its server is there.
    assert 1 + 2 == accepted(own_lab)


def test_no_more_logins_than_allowed_are_decided_at_once(make, own_lab):
    method = make(own_lab, at_once=2, waiting=100)

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(method.authenticator.authenticate, [JANE] * 64))

    assert 1 == len({assertion.subject for assertion in found})
    assert accepted(own_lab) <= 1 + 2 * 2


def test_who_can_not_wait_is_turned_away(make, own_lab):
    method = make(own_lab, at_once=1, waiting=0, timeout_s=5)
    method.authenticator.authenticate(JANE)
    own_lab.pause()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(method.authenticator.authenticate, JANE)
        until(lambda: not method.authenticator._gate._turns._value, "a login", within_s=5)
        with pytest.raises(AuthBusy):
            method.authenticator.authenticate(JANE)
        own_lab.resume()

        assert first.result(10).subject
    assert method.authenticator.authenticate(JANE).subject


def test_an_idle_connection_is_tried_before_it_is_used(make, own_lab):
    method = make(own_lab, trusted_s=0)

    for _ in range(3):
        method.authenticator.authenticate(JANE)

    assert "1.3.6.1.4.1.4203.1.11.3" in own_lab.log  # "who am I?"
    assert 1 + 2 == accepted(own_lab)


def test_a_connection_that_is_idle_for_too_long_is_closed(make, own_lab):
    method = make(own_lab, idle_s=0)

    for _ in range(3):
        method.authenticator.authenticate(JANE)

    assert 1 + 3 * 2 == accepted(own_lab)
    until(lambda: own_lab.log.count(" closed") >= 1 + 2 * 2, "the old ones to close", within_s=5)


def test_a_closed_method_leaves_no_connection(make, own_lab):
    method = make(own_lab)
    method.authenticator.authenticate(JANE)

    method.close()

    until(lambda: own_lab.log.count(" closed") >= 1 + 2, "both connections to close", within_s=5)
