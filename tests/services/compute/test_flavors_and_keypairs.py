# SPDX-License-Identifier: Apache-2.0
"""Flavors are everybody's, keypairs their user's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synnefo_compute import flavors, keypairs
from synnefo_core.errors import Duplicate, InvalidField, NotFound

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q somebody"


def small(context, name: str = "small", **others):
    """Make a flavor."""
    return flavors.create(context, name=name, vcpus=1, ram_mib=512, disk_gib=1, **others)


def test_a_flavor_is_listed_until_it_is_deleted(context, member):
    made = small(context)
    assert [flavor.id for flavor in flavors.listing(member)] == [made.id]

    flavors.delete(context, made.id)

    assert flavors.listing(member) == []
    assert flavors.show(member, made.id).name == "small"


def test_two_flavors_cannot_have_one_name(context):
    small(context)

    with pytest.raises(Duplicate):
        small(context)


def test_a_private_flavor_is_not_there_for_others(context, member):
    made = small(context, is_public=False)

    with pytest.raises(NotFound):
        flavors.show(member, made.id)
    assert flavors.listing(member) == []


def test_flavors_are_paged_behind_a_marker(context):
    for name in "abc":
        small(context, name=name, flavor_id=name)

    assert [f.id for f in flavors.listing(context, limit=2, marker="a")] == ["b", "c"]


def test_a_public_key_is_kept_with_its_fingerprint(member):
    made = keypairs.create(member, name="mine", public_key=KEY)

    assert made.private_key == ""
    assert keypairs.show(member, "mine").public_key == KEY
    assert len(made.keypair.fingerprint.split(":")) == 16


def test_what_is_no_public_key_is_refused(member):
    with pytest.raises(InvalidField, match="not an OpenSSH public key"):
        keypairs.create(member, name="mine", public_key="ssh-rsa rubbish")


def test_a_pair_made_here_is_shown_once_and_never_in_a_repr(member):
    made = keypairs.create(member, name="mine")

    assert "PRIVATE KEY" in made.private_key
    assert "PRIVATE KEY" not in repr(made)


def test_another_users_keypair_is_not_there(member):
    keypairs.create(member, name="mine", public_key=KEY)
    other = replace(member, user_id="u2")

    with pytest.raises(NotFound):
        keypairs.show(other, "mine")
    assert keypairs.listing(other) == []


def test_a_deleted_keypair_is_gone(member):
    keypairs.create(member, name="mine", public_key=KEY)

    keypairs.delete(member, "mine")

    with pytest.raises(NotFound):
        keypairs.delete(member, "mine")
