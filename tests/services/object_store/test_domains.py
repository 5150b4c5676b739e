# SPDX-License-Identifier: Apache-2.0
"""Domains of metadata: services do not get into each other's way, whatever becomes of an object."""

import pytest

import synnefo_object_store as store
from synnefo_core.errors import Invalid
from synnefo_core.testing.fixtures import StillClock
from synnefo_object_store import LIMITS, Incoming, Place, qualified, within

IMAGES = "plankton"


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def place(account):
    account.put("o", b"content", metadata={"Color": "red"})
    _say(account, {"Format": "raw"})
    return Place(account.id, "c", "o")


def _say(account, metadata, domain=IMAGES):
    return store.update_object(
        account.context,
        account.id,
        "c",
        "o",
        metadata=qualified(metadata, domain),
        domain=domain,
        headers={},
    )


def _said(account, domain=IMAGES, **of):
    return within(store.show_object(account.context, account.id, "c", "o", **of).metadata, domain)


def test_an_object_that_is_replaced_keeps_what_others_say(account, place):
    account.put("o", b"other")

    assert _said(account) == {"Format": "raw"}
    assert _said(account, store.FILES) == {}


def test_an_object_that_comes_after_one_was_removed_has_nothing_of_it(account, place):
    store.delete_object(account.context, account.id, "c", "o")

    account.put("o", b"other")

    assert _said(account) == {}


def test_an_object_that_comes_after_the_end_of_another_has_nothing_of_it(account, place, clock):
    store.update_object(
        account.context,
        account.id,
        "c",
        "o",
        metadata={},
        headers={},
        expires_at=clock.now() + 10,
    )
    clock.advance(20)

    account.put("o", b"other")

    assert _said(account) == {}


def test_versions_remember_what_was_said_of_them(account, place):
    first = account.find("o")
    store.update_container(account.context, account.id, "c", {}, {"versions_enabled": "True"})
    made = account.put("o", b"second")
    _say(account, {"Format": "qcow2"})
    account.put("o", b"third")

    assert _said(account) == {"Format": "qcow2"}
    assert _said(account, version=str(first.version)) == {"Format": "raw"}
    assert _said(account, version=str(made.version)) == {"Format": "qcow2"}


def test_all_domains_together_have_the_limits_of_one_object(account, place):
    many = {f"K{number}": "v" for number in range(LIMITS.meta_count - 2)}
    _say(account, many, "third")

    with pytest.raises(Invalid, match="too many"):
        _say(account, {"One": "more"}, "fourth")
    with pytest.raises(Invalid, match="too many"):
        account.put("o", b"other", metadata={"One": "more", "And": "another"})


def test_no_name_leads_into_another_domain():
    with pytest.raises(Invalid, match="colon"):
        qualified({f"{IMAGES}:Format": "x"})
    assert within({"Color": "red", "plank:X": "y"}, "plan") == {}
    assert Incoming("text/plain").domain == store.FILES
