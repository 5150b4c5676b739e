# SPDX-License-Identifier: Apache-2.0
"""What is said of a server, and said anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_compute
from synnefo_compute import ServerSpec
from synnefo_core.errors import InvalidField, NotFound

FLAVOR = "small"


def said(server) -> tuple[str, str, str, bool]:
    return server.name, server.access_ipv4, server.access_ipv6, server.is_disk_auto


def test_a_server_is_made_with_what_is_said_of_it(member, cluster, network):
    spec = ServerSpec(
        "web", FLAVOR, access_ipv4="192.0.2.1", access_ipv6="2001:DB8:0::1", is_disk_auto=True
    )

    made = synnefo_compute.create_server(member, spec)

    assert ("web", "192.0.2.1", "2001:db8::1", True) == said(made)


def test_what_is_not_named_stays(server, member):
    synnefo_compute.update_server(member, server.id, access_ipv4="192.0.2.1", is_disk_auto=True)

    changed = synnefo_compute.update_server(member, server.id, name="api")

    assert ("api", "192.0.2.1", "", True) == said(changed)


@pytest.mark.parametrize(
    "written, kept",
    [
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("::FFFF:192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ],
    ids=["all digits", "mapped", "two gaps"],
)
def test_an_address_is_written_in_one_way(server, member, written, kept):
    changed = synnefo_compute.update_server(member, server.id, access_ipv6=written)

    assert kept == changed.access_ipv6


@pytest.mark.parametrize(
    "written",
    ["192.0.2.1", "fe80::1%eth0", "1::2::3", "x"],
    ids=["version 4", "a zone", "two gaps", "a letter"],
)
def test_what_is_no_address_is_refused(server, member, written):
    with pytest.raises(InvalidField, match="accessIPv6"):
        synnefo_compute.update_server(member, server.id, name="api", access_ipv6=written)

    assert "web" == synnefo_compute.show_server(member, server.id).name


def test_another_projects_server_stays_as_it_is(server, member):
    stranger = replace(member, project_id="p2", user_id="u2")

    with pytest.raises(NotFound):
        synnefo_compute.update_server(stranger, server.id, name="mine")


def test_no_two_new_passwords_are_the_same():
    passwords = {synnefo_compute.new_password() for _ in range(50)}

    assert 50 == len(passwords)
    assert all(p.isalnum() and len(p) == 16 for p in passwords)
    assert all({c.isdigit() for c in p} == {True, False} for p in passwords)
