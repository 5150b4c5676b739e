# SPDX-License-Identifier: Apache-2.0
"""``synnefo volume …`` and ``synnefo reconcile volumes``: CYC-087."""

from __future__ import annotations

import json

import pytest

import synnefo_volume as service
from synnefo_blocks import volumes
from synnefo_core.commands import main


@pytest.fixture
def synnefo(cloud, capsys, monkeypatch):
    """Return a function that runs a command and returns what it prints."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, expect=0):
        assert expect == main(["--data", str(cloud.data_dir), *words])
        return capsys.readouterr().out

    return run


@pytest.fixture
def table(synnefo):
    return lambda *words: json.loads(synnefo(*words, "-f", "json"))


def test_volumes_and_snapshots_of_all_projects_are_listed(table, make, snap):
    volume = make(name="data")
    snapshot = snap(volume)

    assert [(volume.id, "data", 1)] == [
        (row["ID"], row["Name"], row["GiB"]) for row in table("volume", "list")
    ]
    assert [] == table("volume", "list", "--project", "nobody")
    assert [] == table("volume", "list", "--status", "error")
    assert [snapshot.id] == [row["ID"] for row in table("volume", "snapshots")]


def test_a_move_is_shown_and_given_up(member, admin, worker, synnefo, table, make, node, second):
    volume = make()
    service.attach_volume(member, volume.id, instance_id="server1", mountpoint="/dev/vdb")
    disk = node.open(volume)
    with node.serving(disk, moves=False):
        service.migrate_volume(admin, volume.id, "second")
        worker.drain(patience_s=3.0)
        synnefo("volume", "stay", volume.id)
        worker.drain(patience_s=60.0)

    shown = service.show_volume(member, volume.id)
    assert ("in-use", volume.store) == (shown.status, shown.store)
    disk.close()


def test_a_volume_is_shown_beside_its_head(table, make, node):
    volume = make()
    node.write(volume, b"x")

    shown = table("volume", "show", volume.id)

    assert ("available", 64 * 1024) == (shown["Status"], shown["Own bytes"])
    assert shown["Head"].startswith("closed")


def test_the_key_of_tickets_is_printed(synnefo, cloud):
    assert service.ticket_key(cloud) == synnefo("volume", "key").strip()


def test_rows_and_heads_are_compared(table, member, make, node):
    lost, larger, right = make(), make(), make()
    volumes.delete(node.storage, lost.id)
    volumes.grow(node.storage, larger.id, 2 * 2**30)
    for name in ("a-server", right.id + "-seed"):
        volumes.create(node.storage, name, 4096)

    found = {(row["Kind"], row["Volume"]) for row in table("reconcile", "volumes")}
    fixed = {row["Volume"]: row["Done"] for row in table("reconcile", "volumes", "--fix")}

    assert {("headless", lost.id), ("size", larger.id), ("orphan", "a-server")} == found
    assert {lost.id: "set to error", larger.id: "", "a-server": ""} == fixed
    assert "error" == service.show_volume(member, lost.id).status
    assert ["a-server"] == [name for name in node.names() if name == "a-server"]


def test_what_the_worker_is_at_is_no_difference(table, member, standard):
    service.create_volume(member, service.VolumeSpec(size_gib=1))

    assert [] == table("reconcile", "volumes")
