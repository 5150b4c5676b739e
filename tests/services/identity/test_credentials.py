# SPDX-License-Identifier: Apache-2.0
"""Credentials: whose they are, and what of them stays as it is."""

import json

import pytest

import synnefo_identity
from synnefo_core.errors import Duplicate, Forbidden, InvalidField, NotFound

credentials = synnefo_identity.credentials
PAIR = {"access": "0a", "secret": "a secret of tests"}


@pytest.fixture
def demo(home):
    return home.caller("demo")


@pytest.fixture
def keep(demo):
    def keep(caller=demo, kind="note", blob="a text of tests", **values):
        values = {"user_id": caller.user_id, "project_id": None} | values
        return credentials.create(caller, kind=kind, blob=blob, **values)

    return keep


@pytest.fixture
def keep_pair(keep, demo):
    def keep_pair(**more):
        return keep(kind="ec2", blob=json.dumps(PAIR | more), project_id=demo.project_id)

    return keep_pair


def test_the_database_has_no_secret_in_clear(home, keep):
    kept = keep()

    assert "a text of tests" == credentials.show(home.admin, kept.id).blob
    assert "a text of tests" not in repr(kept)
    with home.cloud.database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM identity_credential").all()
    assert kept.id in str(rows)
    assert "a text of tests" not in str(rows)


def test_people_see_their_own_and_administrators_all(home, demo, keep):
    home.user("jane")
    jane = home.user_id("jane")
    own, foreign = keep(), keep(home.admin, user_id=jane)

    assert [own] == credentials.index(demo)
    assert [] == credentials.index(demo, user_id=jane)
    assert {own, foreign} == set(credentials.index(home.admin))
    assert [foreign] == credentials.index(home.admin, user_id=jane, kind="note")
    assert [] == credentials.index(home.admin, kind="ec2")
    for touch in (credentials.show, credentials.delete):
        with pytest.raises(NotFound):
            touch(demo, foreign.id)
    with pytest.raises(NotFound):
        credentials.update(demo, foreign.id, {"blob": "mine now"})


def test_nobody_keeps_one_for_somebody_else(home, demo, keep):
    own = keep()
    admin_id = home.user_id("admin")

    with pytest.raises(Forbidden):
        keep(user_id=admin_id)
    with pytest.raises(Forbidden):
        credentials.update(demo, own.id, {"user_id": admin_id})


@pytest.mark.parametrize("field", ["user_id", "project_id"])
def test_it_is_for_a_user_and_a_project_that_there_are(home, keep, field):
    with pytest.raises(InvalidField, match=field):
        keep(home.admin, **({"user_id": home.user_id()} | {field: "nobody"}))


def test_it_changes_and_goes(demo, keep):
    kept = keep()

    after = credentials.update(demo, kept.id, {"blob": "another", "type": "paper"})
    assert ("another", "paper") == (after.blob, after.type)
    credentials.delete(demo, kept.id)
    assert [] == credentials.index(demo)


def test_an_access_key_is_one_credentials_alone(keep_pair):
    kept = keep_pair()

    assert credentials.id_of_access("0a") == kept.id
    with pytest.raises(Duplicate):
        keep_pair(secret="another")


@pytest.mark.parametrize(
    "blob", ["no json", "[]", '{"access": "a"}', '{"access": "", "secret": "b"}', '{"access": 1}']
)
def test_an_ec2_credential_needs_both_keys(demo, keep, blob):
    with pytest.raises(InvalidField, match="blob"):
        keep(kind="ec2", blob=blob, project_id=demo.project_id)


def test_an_ec2_credential_needs_a_project(demo, keep, keep_pair):
    with pytest.raises(InvalidField, match="project_id"):
        keep(kind="ec2", blob=json.dumps(PAIR))
    with pytest.raises(InvalidField, match="project_id"):
        credentials.update(demo, keep_pair().id, {"project_id": None})


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "note"},
        {"blob": json.dumps(PAIR | {"access": "0b"})},
        {"blob": json.dumps(PAIR | {"app_cred_id": "another"})},
        {"blob": json.dumps({"access": "0a"})},
        {"blob": "no json"},
    ],
)
def test_an_ec2_credential_stays_the_same(demo, keep_pair, changed):
    kept = keep_pair()

    with pytest.raises(InvalidField):
        credentials.update(demo, kept.id, changed)
    assert kept == credentials.show(demo, kept.id)


def test_the_secret_of_an_ec2_credential_changes(demo, keep_pair):
    blob = json.dumps(PAIR | {"secret": "another"})

    after = credentials.update(demo, keep_pair().id, {"blob": blob})

    assert "another" == after.content["secret"]


def test_no_credential_becomes_an_ec2_one(demo, keep):
    kept = keep(blob=json.dumps(PAIR), project_id=demo.project_id)

    with pytest.raises(InvalidField, match="type"):
        credentials.update(demo, kept.id, {"type": "ec2"})


def test_who_goes_takes_them_along(home, keep):
    home.user("jane")
    keep(home.admin, user_id=home.user_id("jane"))

    synnefo_identity.delete_user(home.admin, home.user_id("jane"))

    assert [] == credentials.index(home.admin)
