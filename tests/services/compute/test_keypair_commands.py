# SPDX-License-Identifier: Apache-2.0
"""``synnefo keypair …``: CYC-085."""

from __future__ import annotations

import json

import pytest

import synnefo_compute
from synnefo_core.commands import main


@pytest.fixture
def synnefo(cloud, capsys, monkeypatch):
    """Return a function that runs a command about a user's keypairs and returns what it prints."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, user="u1", expect=0):
        assert expect == main(["--data", str(cloud.data_dir), "keypair", *words, "--user", user])
        return capsys.readouterr().out

    return run


def names(synnefo, user="u1"):
    return [row["Name"] for row in json.loads(synnefo("list", "-f", "json", user=user))]


def test_keypairs_of_a_user_are_listed_shown_and_forgotten(synnefo, member):
    made = synnefo_compute.create_keypair(member, name="mine").keypair

    assert ["mine"] == names(synnefo)
    assert [] == names(synnefo, user="u2")
    shown = json.loads(synnefo("show", "mine", "-f", "json"))
    assert (made.fingerprint, made.public_key) == (shown["Fingerprint"], shown["Public key"])

    synnefo("delete", "mine")

    assert [] == names(synnefo)
    synnefo("delete", "mine", expect=1)
