# SPDX-License-Identifier: Apache-2.0
"""No password goes to a server that has not proved who it is."""

import socket

import pytest

from synnefo_auth_ldap.channel import START_TLS, Address, Trust, open_channel, trusting
from synnefo_auth_ldap.errors import ServerFailed
from synnefo_core.contracts.auth import AuthUnavailable, PasswordLogin
from synnefo_core.contracts.driver import Misconfigured
from tests.system.labs.ldap import PASSWORD, LdapLab

pytestmark = pytest.mark.system

JANE = PasswordLogin("u00001", "default", None, PASSWORD)


def refused(method):
    with pytest.raises(AuthUnavailable) as caught:
        method.authenticator.authenticate(JANE)
    return str(caught.value)


@pytest.mark.parametrize("address", ["url", "ldaps_url"], ids=["starttls", "ldaps"])
def test_a_server_of_another_authority_is_not_trusted(make, own_lab, address):
    with LdapLab(people=1) as stranger:
        servers = [getattr(own_lab, address)]

        problem = refused(make(stranger, servers=servers))
        by_default = refused(make(stranger, servers=servers, ca_file=None))

    assert "the certificate is not trusted" in problem
    assert "the certificate is not trusted" in by_default
    assert "BIND" not in own_lab.log


@pytest.mark.parametrize("address", ["url", "ldaps_url"], ids=["starttls", "ldaps"])
def test_a_certificate_for_another_name_is_not_trusted(make, own_lab, address):
    servers = [getattr(own_lab, address).replace("localhost", "127.0.0.1")]

    assert "IP address mismatch" in refused(make(own_lab, servers=servers))
    assert "BIND" not in own_lab.log


def test_a_server_that_refuses_starttls_is_not_used(make, ldap_lab):
    with LdapLab(people=5, is_encrypted=False) as plain:
        assert "StartTLS was refused" in refused(make(ldap_lab, servers=[plain.url]))

        assert "BIND" not in plain.log


def test_without_encryption_only_when_that_is_wanted(make, ldap_lab):
    with LdapLab(people=5, is_encrypted=False) as plain:
        method = make(ldap_lab, servers=[plain.url], start_tls=False)

        assert method.authenticator.authenticate(JANE).subject


def test_starttls_comes_before_all_else(make, own_lab):
    make(own_lab, servers=[own_lab.url]).authenticator.authenticate(JANE)

    assert "TLS established" in own_lab.log
    assert own_lab.log.index("TLS established") < own_lab.log.index("BIND")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00",
        b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00",
        b"\x30\x0c\x02\x01\x01\x78\x07",
    ],
)
def test_anything_but_a_yes_to_starttls_ends_the_connection(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = Address("ldap", "127.0.0.1", server.getsockname()[1])
        server.settimeout(5)
        trust = trusting(None, starts_tls=True)
        asked = answering(server, answer)

        with pytest.raises(ServerFailed):
            open_channel(address, trust, 5)

        assert START_TLS == asked()


def answering(server, answer):
    """Answer one connection in a thread and close it; return how to get what was asked."""
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1)

    def serve():
        connection, _ = server.accept()
        with connection:
            asked = connection.recv(100)
            connection.sendall(answer)
            return asked

    future = pool.submit(serve)
    pool.shutdown(wait=False)
    return lambda: future.result(5)


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"servers": []}, "servers names no server"),
        ({"servers": ["ldap.example.org"]}, "no address"),
        ({"servers": ["http://ldap.example.org"]}, "no address"),
        ({"servers": ["ldaps://user@ldap.example.org"]}, "no address"),
        ({"servers": ["ldaps://ldap.example.org/dc=example??sub"]}, "no address"),
        ({"servers": ["ldaps://ldap.example.org:many"]}, "[Pp]ort"),
        ({"ca_file": "/no/such/file"}, "No such file"),
        ({"user_filter": "(uid=jane)"}, "user_filter must hold {name}"),
        ({"direct_bind": "uid=jane,dc=lab"}, "direct_bind must hold {name}"),
        ({"user_base": ""}, "user_base"),
        ({"bind_password": ""}, "bind_password"),
        ({"groups": "search", "group_base": ""}, "group_base"),
        ({"disabled": ["a b"]}, "'a b'"),
    ],
)
def test_settings_that_can_not_work_are_refused_at_the_start(make, ldap_lab, changes, problem):
    with pytest.raises(Misconfigured, match=problem) as caught:
        make(ldap_lab, **changes)

    assert "[auth_people]" in str(caught.value)


def test_a_file_without_certificates_is_refused_at_the_start(make, ldap_lab, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")

    with pytest.raises(Misconfigured):
        make(ldap_lab, ca_file=str(empty))


def test_addresses_have_the_usual_ports():
    assert Address("ldaps", "a.example", 636) == Address.parse("ldaps://a.example")
    assert Address("ldap", "a.example", 389) == Address.parse("ldap://a.example/")
    assert Address("ldap", "::1", 3890) == Address.parse("ldap://[::1]:3890")


def test_a_server_that_is_not_there_is_said_to_be(ldap_lab):
    trust = Trust(trusting(None, starts_tls=True).context, starts_tls=True)

    with pytest.raises(ServerFailed, match="ldaps://localhost:1"):
        open_channel(Address("ldaps", "localhost", 1), trust, 2)
