# SPDX-License-Identifier: Apache-2.0
"""The texts that are written on disks; tests/system/test_offline.py has the disks."""

from __future__ import annotations

import pytest

from synnefo_node_ganeti import os_inside, os_offline

SHADOW = "root:*:1:0:99999:7:::\nann:!:1:0:99999:7:::\n"


def test_a_password_is_set_and_those_of_others_stay():
    text = os_inside.shadow_with(SHADOW, "ann", hashed="$6$x", day=20000)

    assert "root:*:1:0:99999:7:::\nann:$6$x:20000:0:99999:7:::\n" == text


def test_a_user_without_a_line_gets_one():
    text = os_inside.shadow_with(SHADOW, "bob", hashed="$6$x", day=20000)

    assert f"{SHADOW}bob:$6$x:20000:0:99999:7:::\n" == text


@pytest.mark.parametrize(
    "before", ["127.0.0.1 localhost\n", "127.0.0.1 localhost\n127.0.1.1 image.example image\n"]
)
def test_a_machine_knows_its_own_name(before):
    assert "127.0.0.1 localhost\n127.0.1.1\tweb-1\n" == os_inside.hosts_with(before, "web-1")


def test_cards_are_configured_whatever_they_are_called():
    text = os_inside.interfaces(range(2), is_openrc=False)

    expected = {"lo", "eth0", "ens3", "enp0s3", "enp1s0", "eth1", "ens4", "enp0s4", "enp2s0"}
    assert expected == {line.split()[1] for line in text.splitlines() if line.startswith("iface")}
    assert "auto eth0" in os_inside.interfaces(range(1), is_openrc=True)


def test_what_comes_out_of_the_cage_is_fit_for_a_log():
    said = b"AssignHostname done\n\x1b[2Jboo\xff\n\n" + b"x" * 1000

    assert ["AssignHostname done", "[2Jboo\ufffd", "x" * 300] == os_offline._readable(said)
