# SPDX-License-Identifier: Apache-2.0
"""What operators do with roles from a terminal."""

import json

import pytest


@pytest.fixture
def listed(synnefo):
    """Return a function that returns (role, name, on what) of what is listed."""

    def listed(*words):
        rows = json.loads(synnefo("role", "assignments", *words, "-f", "json"))
        return {(row["Role"], row["Name"], row["On name"] or row["On"]) for row in rows}

    return listed


@pytest.fixture
def hall(home):
    return home.project("hall")


def test_a_role_is_given_on_a_project_and_taken_again(home, hall, synnefo, listed):
    synnefo("role", "assign", "reader", "--user", "demo", "--project", "hall")

    assert home.holds(("user", home.user_id("demo")), hall.id, "reader")
    assert {("reader", "demo", "hall")} == listed("--project", "hall")

    synnefo("role", "unassign", "reader", "--user", "demo", "--project", hall.id)
    assert set() == listed("--project", "hall")
    synnefo("role", "unassign", "reader", "--user", "demo", "--project", "hall", expect=1)


def test_a_group_can_have_a_role_in_a_domain_and_on_the_system(home, synnefo, listed):
    home.group("staff")

    synnefo("role", "assign", "reader", "--group", "staff", "--domain", "default")
    synnefo("role", "assign", "member", "--group", "staff", "--system")

    assert {("reader", "staff", "Default"), ("member", "staff", "system")} == listed(
        "--group", "staff"
    )


def test_what_is_inherited_counts_below(home, hall, synnefo, listed):
    synnefo("role", "assign", "reader", "--user", "demo", "--domain", "default", "--inherited")

    assert set() == listed("--user", "demo", "--project", "hall")
    assert {("reader", "demo", "hall")} == listed(
        "--user", "demo", "--project", "hall", "--effective"
    )


def test_a_list_is_of_a_role(synnefo, listed):
    assert {"admin"} == {role for role, _, _ in listed("--role", "admin")}


@pytest.mark.parametrize(
    "words",
    [
        ["nothing", "--user", "demo", "--project", "hall"],
        ["reader", "--user", "nobody", "--project", "hall"],
        ["reader", "--user", "demo", "--project", "nothing"],
        ["reader", "--user", "demo", "--domain", "nothing"],
    ],
)
def test_what_is_not_there_is_named(hall, synnefo, words):
    synnefo("role", "assign", *words, expect=1)
