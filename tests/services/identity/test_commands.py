# SPDX-License-Identifier: Apache-2.0
"""What operators do with people, projects and roles from a terminal."""

import csv
import io
import json

import pytest

import synnefo_identity
from synnefo_core.errors import Unauthenticated
from synnefo_identity import accounts, terms

PASSWORD = "a password of tests"


def as_json(text):
    return json.loads(text)


def test_a_user_can_be_made_changed_and_deleted(home, synnefo):
    made = as_json(
        synnefo(
            *("user", "create", "jane", "--email", "jane@example.org", "--password", "-f", "json"),
            given=f"{PASSWORD}\n",
        )
    )
    assert made["Id"] == home.user_id("jane")

    synnefo("user", "set", "jane", "--name", "joan", "--disable")
    shown = as_json(synnefo("user", "show", "joan", "-f", "json"))
    assert ("joan", "jane@example.org", False) == (shown["Name"], shown["Email"], shown["Enabled"])

    synnefo("user", "delete", shown["Id"])
    synnefo("user", "show", "joan", expect=1)


@pytest.mark.parametrize("noun", ["group", "project", "role"])
def test_the_other_kinds_are_treated_alike(synnefo, noun, worker):
    synnefo(noun, "create", "thing", "--description", "first")
    synnefo(noun, "set", "thing", "--description", "second")
    worker.drain()

    rows = list(csv.DictReader(io.StringIO(synnefo(noun, "list", "-f", "csv"))))
    assert ["second"] == [row["Description"] for row in rows if row["Name"] == "thing"]

    synnefo(noun, "delete", "thing")
    assert "thing" not in synnefo(noun, "list")


def test_lists_are_of_a_domain(synnefo):
    everybody = as_json(synnefo("user", "list", "-f", "json"))

    assert {"admin", "demo"} == {row["Name"] for row in everybody}
    assert [] == as_json(synnefo("user", "list", "--domain", "other", "-f", "json"))


def test_a_password_can_be_reset(home, synnefo):
    synnefo("user", "set", "demo", "--password", given="another one\n")

    assert home.prove("demo", "another one")


def test_keys_are_rotated_and_tokens_stay_valid(home, synnefo):
    token = home.token("demo")

    synnefo("fernet", "rotate")

    assert home.claims(token.text)
    assert 3 == len(list((home.cloud.data_dir / "keys" / "fernet").glob("[0-9]*")))


def test_moderators_work_from_a_terminal(home, synnefo):
    home.cloud.config.set_override("sign_up", True, "accounts")
    for name in ("ann", "bob"):
        accounts.sign_up(home.admin, accounts.Wish(f"{name}@example.org", PASSWORD))
    found = as_json(synnefo("registration", "list", "-f", "json"))
    ann, bob = sorted(found, key=lambda each: each["Email"])
    synnefo("registration", "verify", ann["Id"])
    synnefo("registration", "delete", bob["Id"])
    synnefo("registration", "send", bob["Id"], expect=1)

    (waiting,) = as_json(synnefo("user", "pending", "-f", "json"))
    assert (ann["Id"], ann["Email"]) == (waiting["Id"], waiting["Name"])
    synnefo("user", "reject", ann["Id"], "--reason", "who are you?")
    accepted = as_json(synnefo("user", "accept", ann["Email"], "-f", "json"))
    shut_out = as_json(
        synnefo("user", "deactivate", ann["Email"], "--reason", "abuse", "-f", "json")
    )
    let_in = as_json(synnefo("user", "activate", ann["Id"], "-f", "json"))

    assert ("active", "inactive", "abuse", "active") == (
        accepted["Status"],
        shut_out["Status"],
        shut_out["Reason"],
        let_in["Status"],
    )
    synnefo("user", "accept", ann["Id"], expect=1)


def test_programs_may_be_let_ask_for_access(synnefo):
    url = "https://view.example/back"

    made = as_json(synnefo("oauth2", "client", "add", "view", "--redirect-url", url, "-f", "json"))
    assert ("view", False, True, url) == (
        made["Name"],
        made["Trusted"],
        made["Has Secret"],
        made["Redirect Urls"],
    )
    words = ("oauth2", "client", "add", "app", "--public", "--trusted", "--redirect-url", "app:/")
    assert "" == as_json(synnefo(*words, "-f", "json"))["Secret"]
    listed = synnefo("oauth2", "client", "list", "-f", "json")
    assert ["app", "view"] == [row["Id"] for row in as_json(listed)]
    assert made["Secret"] not in listed

    synnefo("oauth2", "client", "remove", "view")
    synnefo("oauth2", "client", "remove", "view", expect=1)
    synnefo("oauth2", "client", "add", "bad", "--redirect-url", "http://far.example", expect=1)


def test_a_login_profile_is_given_to_a_user_and_taken_again(home, synnefo):
    demo, words = home.user_id("demo"), ("login", "profile")

    synnefo(*words, "set", "strict", "local", "remove=no", "add_groups=a,b", "--priority", "3")
    synnefo(*words, "assign", "strict", "--user", demo)

    shown = as_json(synnefo(*words, "show", "strict", "-f", "json"))
    assert "add_groups=a,b remove=no" == shown["Policies"]
    assert (demo, "", 3) == (shown["Users"], shown["Groups"], shown["Priority"])
    synnefo(*words, "unassign", "strict", "--user", demo)
    assert "" == as_json(synnefo(*words, "list", "-f", "json"))[0]["Users"]
    synnefo(*words, "delete", "strict")
    synnefo(*words, "show", "strict", expect=1)
    synnefo(*words, "set", "strict", "local", "remove", expect=1)


def test_terms_of_use_are_published(synnefo):
    synnefo("terms", "publish", "https://example.org/1")
    assert "version 2" in synnefo("terms", "publish", "https://example.org/2")

    found = as_json(synnefo("terms", "list", "-f", "json"))
    assert ["https://example.org/2", "https://example.org/1"] == [
        each["Location"] for each in found
    ]


def test_components_are_kept_from_a_terminal(home, synnefo, tmp_path):
    made = as_json(
        synnefo(
            "component", "add", "kettle", "--base-url", "https://kettle.example.org", "-f", "json"
        )
    )
    (listed,) = as_json(synnefo("component", "list", "-f", "json"))
    assert made["Id"] == listed["Id"]
    assert "Service Token" not in listed

    changed = as_json(
        synnefo(
            "component",
            "modify",
            "kettle",
            "--ui-url",
            "https://tea",
            "--renew-token",
            "-f",
            "json",
        )
    )
    assert ("https://tea", made["Base Url"]) == (changed["Ui Url"], changed["Base Url"])
    assert home.claims(changed["Service Token"])
    assert not home.claims(made["Service Token"])

    exported = {"tea": {"type": "tea", "component": "kettle", "endpoints": [{"versionId": "v1"}]}}
    (service,) = as_json(synnefo("service", "import", "-f", "json", given=json.dumps(exported)))
    assert "https://kettle.example.org/v1" == service["Endpoints"]
    (tmp_path / "broken").write_text("{")
    synnefo("service", "import", str(tmp_path / "broken"), expect=1)

    synnefo("component", "remove", "kettle", expect=1)
    synnefo("component", "remove", "kettle", "--purge-services")
    synnefo("component", "show", "kettle", expect=1)


def test_people_are_looked_after_from_a_terminal(home, synnefo):
    made = as_json(
        synnefo("user", "enroll", "ann@example.org", "--first-name", "Ann", "-f", "json")
    )
    assert home.prove("ann@example.org", made["Password"])

    renewed = as_json(synnefo("user", "password", "renew", made["Id"], "-f", "json"))
    assert renewed["Password"] != made["Password"]
    assert home.prove("ann@example.org", renewed["Password"])

    synnefo("user", "level", "set", "ann@example.org", "3")
    synnefo("user", "email", "set", "ann@example.org", "Anna@example.org")
    synnefo("group", "create", "staff")
    synnefo("user", "group", "add", "anna@example.org", "staff")
    terms.publish(home.admin, "https://example.org/terms")
    synnefo("terms", "sign", "anna@example.org")
    shown = as_json(synnefo("user", "show", "anna@example.org", "-f", "json"))
    assert ("active", "staff", 1, "anna@example.org") == tuple(
        shown[title] for title in ("Status", "Groups", "Terms", "Email")
    )
    assert shown["Logins"].startswith("local ")

    synnefo("user", "group", "remove", "anna@example.org", "staff")
    synnefo("user", "group", "remove", "anna@example.org", "staff", expect=1)


def test_users_are_listed_by_what_they_are(home, synnefo):
    synnefo("user", "set", "demo", "--email", "demo@example.org", "--disable")

    for words, names in (
        (("--status", "inactive"), {"demo"}),
        (("--status", "active"), {"admin"}),
        (("--email", "Demo@example.org"), {"demo"}),
    ):
        listed = as_json(synnefo("user", "list", *words, "-f", "json"))
        assert names == {row["Name"] for row in listed}
    counted = as_json(synnefo("user", "statistics", "-f", "json"))
    assert (2, 1, 2) == (counted["Users"], counted["Active"], counted["By local"])


def test_tokens_are_ended_from_a_terminal(home, neighbour, synnefo):
    token = home.token().text
    assert neighbour.claims(token)

    synnefo("user", "tokens", "end", "demo")

    assert "the token is not valid any more" == neighbour.cloud.directory.refusal(token)


def test_administrators_are_appointed_and_dismissed(home, synnefo):
    synnefo("user", "admin", "dismiss", "admin", expect=1)

    synnefo("user", "admin", "appoint", "demo")
    token = synnefo_identity.issue_token(home.admin, home.prove(), synnefo_identity.SYSTEM)
    assert "admin" in {role.name for role in token.standing.roles}

    synnefo("user", "admin", "dismiss", "admin")
    with pytest.raises(Unauthenticated):
        home.token("admin")
    synnefo("user", "admin", "dismiss", "demo", expect=1)


def test_who_is_an_administrator_by_a_group_stays_one(home, synnefo):
    group = home.group()
    synnefo("user", "group", "add", "demo", "staff")
    home.grant(("group", group.id), home.project().id, "admin")

    synnefo("user", "admin", "dismiss", "demo", expect=1)


@pytest.mark.parametrize("form", ["json", "csv", "yaml", "table", "value"])
def test_all_lists_come_in_all_forms(synnefo, form):
    assert "demo" in synnefo("user", "list", "-f", form, "-c", "Name")
