# SPDX-License-Identifier: Apache-2.0
"""``synnefo image …``: CYC-090."""

from __future__ import annotations

import json

import pytest

import synnefo_image as service
from synnefo_core.commands import main
from synnefo_core.errors import NotFound


@pytest.fixture
def synnefo(cloud, capsys, monkeypatch):
    """Return a function that runs a command and returns what it prints."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, expect=0):
        assert expect == main(["--data", str(cloud.data_dir), "image", *words])
        return capsys.readouterr().out

    return run


def ids(synnefo, *words):
    return [row["ID"] for row in json.loads(synnefo("list", "-f", "json", *words))]


def test_the_images_of_all_projects_are_listed(synnefo, active, stranger):
    theirs = service.create(stranger, service.ImageSpec(name="theirs", visibility="private"))

    assert {active.id, theirs.id} == set(ids(synnefo))
    assert [theirs.id] == ids(synnefo, "--project", "p2")
    assert [] == ids(synnefo, "--public")
    assert [] == ids(synnefo, "--hidden")


def test_an_image_is_shown_with_its_object_and_members(synnefo, member, active):
    service.add_member(member, active.id, "p2")

    shown = json.loads(synnefo("show", active.id, "-f", "json"))

    assert ("pithos://p1/disks/disk", "p2", "active") == (
        shown["Object"],
        shown["Members"],
        shown["Status"],
    )


def test_an_image_is_made_public_and_taken_back(synnefo, active, stranger):
    synnefo("public", active.id)
    assert "public" == service.show(stranger, active.id).visibility

    synnefo("public", active.id, "--no")
    with pytest.raises(NotFound):
        service.show(stranger, active.id)


def test_a_protected_image_is_removed_only_when_that_is_meant(synnefo, member, active):
    service.update(member, active.id, {"is_protected": True})

    synnefo("remove", active.id, expect=1)
    assert active.id == service.show(member, active.id).id

    synnefo("remove", active.id, "--protected")
    with pytest.raises(NotFound):
        service.show(member, active.id)
