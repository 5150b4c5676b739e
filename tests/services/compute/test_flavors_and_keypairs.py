# SPDX-License-Identifier: Apache-2.0
"""Flavors are everybody's, keypairs their user's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synnefo_compute import flavor_access, flavor_specs, flavors, keypairs
from synnefo_compute.models import FlavorRow
from synnefo_core.errors import Conflict, Duplicate, Invalid, InvalidField, NotFound

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


@pytest.fixture
def stranger(member):
    return replace(member, project_id="p2")


class TestAccess:
    @pytest.fixture(autouse=True)
    def _without_directory(self, context, monkeypatch):
        """Have nobody who knows which projects there are."""
        monkeypatch.setattr(type(context.cloud), "directory", None)

    @pytest.fixture
    def mine(self, context, member):
        """A flavor that is only for the project of the member."""
        made = small(context, is_public=False)
        flavor_access.allow(context, made.id, member.project_id)
        return made

    def test_a_project_sees_what_it_was_let_use(self, member, stranger, mine):
        assert [mine] == flavors.listing(member)
        assert mine == flavors.usable(member, mine.id)
        assert [] == flavors.listing(stranger)
        with pytest.raises(InvalidField):
            flavors.usable(stranger, mine.id)

    def test_what_is_taken_back_is_gone_but_for_those_who_have_servers(
        self, context, member, submit, settle
    ):
        server = submit()
        with context.unit_of_work() as session:
            session.get(FlavorRow, server.flavor_id).is_public = False

        assert server.flavor_id == flavors.show(member, server.flavor_id).id
        assert [] == flavors.listing(member)

    def test_an_administrator_lists_those_that_are_not_for_all_when_asked(self, context, mine):
        public = small(context, name="public")

        assert [public] == flavors.listing(context)
        assert [mine] == flavors.listing(context, is_public=False)
        assert {mine, public} == {*flavors.listing(context, is_public=None)}

    def test_a_flavor_for_all_has_no_list(self, context):
        public = small(context)

        with pytest.raises(NotFound):
            flavor_access.listing(context, public.id)
        with pytest.raises(Conflict):
            flavor_access.allow(context, public.id, "p1")

    def test_nobody_is_let_in_or_out_twice(self, context, member, mine):
        with pytest.raises(Conflict):
            flavor_access.allow(context, mine.id, member.project_id)
        assert [] == flavor_access.forbid(context, mine.id, member.project_id)
        with pytest.raises(NotFound):
            flavor_access.forbid(context, mine.id, member.project_id)
        assert [] == flavors.listing(member)


def test_a_project_that_is_not_there_is_not_let_in(context):
    made = small(context, is_public=False)

    with pytest.raises(Invalid, match="no project nothing"):
        flavor_access.allow(context, made.id, "nothing")


def test_what_is_said_of_a_flavor_is_kept_and_changed_word_by_word(context, member):
    made = small(context)
    flavor_specs.merge(context, made.id, {"hw:numa": "1", "SNF:disk_template": "drbd"})
    flavor_specs.merge(context, made.id, {"hw:numa": "2"})

    assert {"hw:numa": "2", "SNF:disk_template": "drbd"} == flavor_specs.listing(member, made.id)
    assert "drbd" == flavors.show(member, made.id).disk_template

    flavor_specs.remove(context, made.id, "SNF:disk_template")
    assert {"hw:numa": "2"} == flavor_specs.listing(member, made.id)
    assert "" == flavors.show(member, made.id).disk_template
    with pytest.raises(NotFound):
        flavor_specs.remove(context, made.id, "SNF:disk_template")


def test_flavors_are_sorted_and_paged_by_what_was_asked(context):
    for name, ram_mib in (("a", 300), ("b", 100), ("c", 200)):
        flavors.create(context, name=name, vcpus=1, ram_mib=ram_mib, disk_gib=1, flavor_id=name)
    falling = [("ram_mib", True)]

    assert ["a", "c", "b"] == [each.id for each in flavors.listing(context, sort=falling)]
    behind = flavors.listing(context, sort=falling, marker="a", limit=1)
    assert ["c"] == [each.id for each in behind]


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
