# SPDX-License-Identifier: Apache-2.0
"""``synnefo flavor …``: CYC-086."""

from __future__ import annotations

import json

import pytest

import synnefo_compute
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
def listed(synnefo):
    """Return a function that lists the ids of the flavors."""
    return lambda: [row["ID"] for row in json.loads(synnefo("flavor", "list", "-f", "json"))]


SIZE = ("--vcpus", "2", "--ram-mib", "512")


def test_a_flavor_is_made_listed_and_shown(synnefo, listed, context):
    synnefo("flavor", "create", "tiny", "--id", "t", *SIZE, "--disk-gib", "3", "--private")

    assert ["t"] == listed()
    shown = json.loads(synnefo("flavor", "show", "t", "-f", "json"))
    assert ["t", "tiny", 2, 512, 3, "", False, "", ""] == list(shown.values())
    assert not synnefo_compute.show_flavor(context, "t").is_public


def test_what_is_said_of_a_flavor_and_who_may_use_it_is_changed_and_shown(
    synnefo, cloud, monkeypatch
):
    monkeypatch.setattr(type(cloud), "directory", None)
    synnefo("flavor", "create", "tiny", "--id", "t", *SIZE, "--private")
    synnefo("flavor", "set", "t", "--for", "p1", "--for", "p2", "--spec", "zone=north")
    synnefo("flavor", "set", "t", "--no-longer-for", "p1", "--spec", "hw:numa=1")

    shown = json.loads(synnefo("flavor", "show", "t", "-f", "json"))
    assert ("hw:numa=1, zone=north", "p2") == (shown["Extra specs"], shown["Projects"])

    synnefo("flavor", "set", "t", "--for", "p3", "--no-spec", "colour", expect=1)
    assert "p2" == json.loads(synnefo("flavor", "show", "t", "-f", "json"))["Projects"]


def test_a_flavor_gets_an_id_of_its_own(synnefo, listed):
    said = synnefo("flavor", "create", "tiny", *SIZE)

    assert [said.split()[-1]] == listed()


def test_a_deleted_flavor_is_on_the_list_no_more_and_can_be_shown(synnefo, listed):
    synnefo("flavor", "create", "tiny", "--id", "t", *SIZE)

    synnefo("flavor", "delete", "t")

    assert [] == listed()
    assert "tiny" in synnefo("flavor", "show", "t")


def test_what_is_there_or_is_not_is_said(synnefo):
    synnefo("flavor", "create", "tiny", "--id", "t", *SIZE)

    synnefo("flavor", "create", "tiny", *SIZE, expect=1)
    synnefo("flavor", "delete", "nothing", expect=1)
    synnefo("flavor", "show", "nothing", expect=1)


@pytest.mark.parametrize("size", ["0", "-1", "much"])
def test_a_size_that_cannot_be_is_refused(synnefo, listed, size):
    with pytest.raises(SystemExit):
        synnefo("flavor", "create", "tiny", "--vcpus", size, "--ram-mib", "512")

    assert [] == listed()
