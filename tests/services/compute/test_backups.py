# SPDX-License-Identifier: Apache-2.0
"""Backups: images of servers that take the place of the oldest."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_image
import synnefo_quota
from synnefo_compute import ServerSpec
from tests.services.compute.disks import add_thin_flavor, registered


@pytest.fixture
def make(context, again, network, cluster, settle):
    """Return a function that makes a server on a clone of an image, and returns it."""
    add_thin_flavor(context, disk_gib=1)

    def made(name):
        image_id = registered(again(), name.encode(), {"os": "any"})
        spec = ServerSpec(name, "thin", image_id=image_id)
        server = synnefo_compute.create_server(again(), spec)
        settle()
        return server

    return made


@pytest.fixture
def thin(make):
    """Return a server."""
    return make("web")


def state(context, server_id):
    server = synnefo_compute.show_server(context, server_id)
    return server.vm_state, server.task_state


def is_even(context):
    """Say whether the ledger agrees with the rows."""
    return [] == list(synnefo_quota.verify(context))


@pytest.fixture
def back_up(thin, again, settle):
    """Return a function that makes a backup and returns the image's id."""

    def make(name, *, rotation, backup_type="daily", **metadata):
        image_id = synnefo_compute.create_backup(
            again(),
            thin.id,
            name=name,
            backup_type=backup_type,
            rotation=rotation,
            metadata=metadata,
        )
        settle()
        return image_id

    return make


def backups(context):
    """Return the names of all images that are backups, the newest first."""
    chosen = synnefo_image.Selection(properties={"image_type": "backup"})
    return [image.name for image in synnefo_image.list_images(context, chosen)]


def test_backups_take_the_place_of_the_oldest_of_their_type(thin, again, back_up):
    back_up("weekly", rotation=1, backup_type="weekly")
    protected, *_ = [back_up(name, rotation=5) for name in ("one", "two", "three")]
    synnefo_image.update(again(), protected, {"is_protected": True})

    kept = back_up("four", rotation=2, instance_uuid="another", what="ever")

    image = synnefo_image.show(again(), kept)
    assert ["four", "three", "one", "weekly"] == backups(again())
    assert ("active", "") == state(again(), thin.id)
    assert {
        "backup_type": "daily",
        "base_image_ref": thin.image_id,
        "image_type": "backup",
        "instance_uuid": thin.id,
        "os": "any",
        "user_id": "u1",
        "what": "ever",
    } == dict(image.properties)
    assert is_even(again())


def test_no_backup_is_kept_if_none_is_to_be(thin, again, back_up):
    back_up("one", rotation=1)
    back_up("none", rotation=0)

    assert [] == backups(again())
    assert is_even(again())


def test_backups_of_other_servers_are_not_counted(make, again, settle, back_up):
    back_up("one", rotation=1)
    other = make("other")

    synnefo_compute.create_backup(
        again(), other.id, name="two", backup_type="daily", rotation=1, metadata={}
    )
    accepted = state(again(), other.id)
    settle()

    assert ("active", "image_backup") == accepted
    assert ["two", "one"] == backups(again())
