# SPDX-License-Identifier: Apache-2.0
"""What operators do with the ledger from a terminal: AST-100, AST-102, CYC-093."""

from __future__ import annotations

import csv
import io
import json

import pytest
import yaml

import synnefo_backends
import synnefo_compute
import synnefo_identity
import synnefo_quota
from synnefo_core.commands import main
from synnefo_core.contracts.quota import Charge
from synnefo_identity.bootstrap import bootstrap
from synnefo_quota import Provision, commissions
from tests.services.identity.conftest import CHEAP

VM = "cyclades.vm"


@pytest.fixture
def cloud(make_cloud):
    """Return a cloud of what is installed, as the commands see it."""
    return make_cloud(CHEAP)


@pytest.fixture
def synnefo(cloud, capsys, monkeypatch):
    """Return a function that runs a command line and returns what it printed."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, given="", expect=0):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert expect == main(["--data", str(cloud.data_dir), *words])
        return capsys.readouterr().out

    return run


@pytest.fixture
def table(synnefo):
    """Return a function that runs a command line and returns what it listed."""
    return lambda *words, **others: json.loads(synnefo(*words, "-f", "json", **others))


def charge(context, amount, user="u1", project="p1"):
    synnefo_quota.charge(context, [Charge(project, user, VM, amount)])


def issue(context, amount, name="start"):
    """Issue a commission of a service for a user of p1."""
    provisions = [
        Provision("project:p1", "", VM, amount),
        Provision("user:u1", "project:p1", VM, amount),
    ]
    return commissions.issue(context, client="billing", name=name, provisions=provisions)


def test_holdings_are_listed_in_every_format(context, synnefo, table):
    charge(context, 3)

    assert table("quota", "list", "p1")[0] == {
        "Holder": "project:p1",
        "Source": "",
        "Resource": VM,
        "Usage": 3,
        "Pending": 0,
        "Limit": 200,
    }
    (row, _) = csv.DictReader(io.StringIO(synnefo("quota", "list", "p1", "-f", "csv")))
    assert row["Usage"] == "3"
    assert yaml.safe_load(synnefo("quota", "list", "p1", "-f", "yaml"))[1]["Limit"] == "unlimited"
    assert "| project:p1 |" in synnefo("quota", "list", "p1")


def test_the_list_is_narrowed(context, table):
    charge(context, 3)
    charge(context, 2, user="u2", project="p2")

    assert [row["Holder"] for row in table("quota", "list", "--user", "u2")] == ["user:u2"]
    assert len(table("quota", "list", "--resource", VM)) == 4
    assert table("quota", "list", "--over-limit") == []


@pytest.fixture
def hall(cloud, context):
    """Return the id of a project that is there, with something of the first user in it."""
    bootstrap(cloud)
    project = synnefo_identity.create_project(context, "default", {"name": "hall"})
    charge(context, 3, user=user_id(context), project=project.id)
    return project.id


def user_id(context):
    only = synnefo_identity.Filter(names=[("", "demo")])
    return synnefo_identity.list_users(context, only)[0].id


def test_a_limit_is_set_for_a_project_and_for_a_share(context, hall, synnefo, table):
    user = user_id(context)
    synnefo("quota", "set", hall, VM, "2")
    synnefo("quota", "set", hall, VM, "1", "--user", user)
    synnefo("quota", "set", hall, "pithos.diskspace", "50GiB")

    over = table("quota", "list", "--over-limit")
    assert {(f"project:{hall}", 2), (f"user:{user}", 1)} == {
        (row["Holder"], row["Limit"]) for row in over
    }
    (space,) = table("quota", "list", hall, "--resource", "pithos.diskspace", "--human")
    assert (space["Usage"], space["Limit"]) == ("0 B", "50 GiB")


def test_nobody_is_given_a_limit_who_is_not_there(hall, synnefo, table):
    synnefo("quota", "set", "nothing", VM, "2", expect=1)
    synnefo("quota", "set", hall, VM, "2", "--user", "nobody", expect=1)

    assert [] == table("quota", "list", "nothing")


def test_a_limit_that_was_granted_is_not_set_behind_its_back(hall, synnefo, table):
    synnefo("project", "modify", hall, "--limit", f"{VM}=9")

    synnefo("quota", "set", hall, VM, "2", expect=1)

    (row,) = table("quota", "list", hall, "--resource", VM)[:1]
    assert 9 == row["Limit"]
    assert [] == [row for row in table("quota", "verify", expect=1) if row["What"] == "limit"]


@pytest.mark.parametrize("limit", ["some", "-1", "1.5", "10EiB", "9223372036854775808"])
def test_what_is_no_limit_is_refused(synnefo, limit):
    with pytest.raises(SystemExit):
        synnefo("quota", "set", "p1", VM, limit)


def test_a_limit_of_nothing_known_is_refused(synnefo):
    synnefo("quota", "set", "p1", "tea.cups", "1", expect=1)


def test_verify_fails_until_the_ledger_is_right(context, table):
    assert table("quota", "verify") == []
    charge(context, 3)

    wrong = table("quota", "verify", expect=1)
    assert [(row["Holder"], row["Held"], row["Counted"]) for row in wrong] == [
        ("project:p1", 3, 0),
        ("user:u1", 3, 0),
    ]
    assert table("quota", "verify", "--fix") == []
    assert table("quota", "verify") == []


def test_holdings_of_nobody_are_listed_and_deleted_once_empty(context, hall, table):
    charge(context, 1, project="gone", user=user_id(context))
    table("quota", "verify", "--fix", expect=0)
    assert {"project:gone", f"user:{user_id(context)}"} == {
        row["Holder"] for row in table("quota", "verify", "--unexpected", expect=1)
    }

    assert [] == table("quota", "verify", "--unexpected", "--fix")
    assert [] == table("quota", "list", "gone")


def test_a_correction_is_in_the_history(context, table):
    charge(context, 3)
    table("quota", "verify", "--fix")

    (entry,) = table("quota", "history", "p1", "--user", "u1")

    assert (entry["Amount"], entry["Reason"], entry["Usage"]) == (-3, "corrected", 0)


def test_explain_fails_when_nothing_is_behind_a_number(context, table):
    charge(context, 3)

    assert table("quota", "explain", "p1", VM, expect=1) == []


def test_defaults_are_changed_and_shown(table):
    before = table("resource", "show", VM)
    table("resource", "modify", VM, "--user-default", "3", "--hide")

    (after,) = [row for row in table("resource", "list") if row["Name"] == VM]

    assert (before["User default"], before["Shown"]) == (20, True)
    assert (after["User default"], after["Project default"], after["Shown"]) == (3, 200, False)


def test_names_are_shown_beside_ids(hall, table):
    rows = table("quota", "list", hall, "--resource", VM, "--names")

    assert {("hall", ""), ("demo", "hall")} == {
        (row["Holder name"], row["Source name"]) for row in rows
    }


def test_defaults_are_taken_from_a_file(synnefo, table):
    wanted = {
        VM: {"user_default": 3, "is_shown": False},
        "pithos.diskspace": {"user_default": "50GiB", "project_default": "unlimited"},
    }

    synnefo("resource", "import", "-", given=json.dumps(wanted))

    after = {row["Name"]: row for row in table("resource", "list")}
    assert (3, 200, False) == tuple(
        after[VM][key] for key in ("User default", "Project default", "Shown")
    )
    space = after["pithos.diskspace"]
    assert (50 * 2**30, "unlimited") == (space["User default"], space["Project default"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"tea.cups": {"user_default": 1}},
        {"pithos.diskspace": {"user_default": -1}},
        {"pithos.diskspace": {"user_default": True}},
        {"pithos.diskspace": {"colour": 1}},
        {"pithos.diskspace": {"is_shown": "yes"}},
        ["pithos.diskspace"],
        None,
    ],
    ids=json.dumps,
)
def test_of_a_wrong_file_nothing_is_taken(synnefo, table, wrong):
    right = {VM: {"user_default": 3}}
    given = {**right, **wrong} if isinstance(wrong, dict) else wrong

    synnefo("resource", "import", "-", given=json.dumps(given), expect=1)

    assert 20 == table("resource", "show", VM)["User default"]


def test_a_commission_is_listed_shown_and_accepted(context, synnefo, table):
    serial = issue(context, 3)

    (row,) = table("commission", "list")
    assert (row["Serial"], row["Client"], row["State"]) == (serial, "billing", "pending")
    assert f"+3 {VM} for project:p1" in table("commission", "show", str(serial))["Provisions"]

    synnefo("commission", "accept", str(serial))

    assert table("commission", "list") == []
    (row,) = table("commission", "list", "--all")
    assert row["State"] == "accepted"
    assert synnefo_quota.left(context, "p1", VM).pending == 0


def test_commissions_are_rejected_with_a_reason(context, synnefo, table):
    serials = [str(issue(context, 1)), str(issue(context, 2))]

    synnefo("commission", "reject", *serials, "--reason", "never came")

    assert table("commission", "show", serials[0])["Reason"] == "never came"
    assert synnefo_quota.left(context, "p1", VM).usage == 0
    synnefo("commission", "accept", serials[0], expect=1)


def test_only_what_is_overdue_is_listed(context, table):
    issue(context, 1)

    assert table("commission", "list", "--overdue", "3600") == []


@pytest.fixture
def server(context, member, worker, cloud):
    """Return a running server of p1 on a simulated cluster, over the limit of its project."""
    settings = {"job_delay_min_s": "0", "job_delay_max_s": "0", "nodes": "2"}
    synnefo_backends.add(context, name="sim", driver="sim", settings=settings)
    synnefo_backends.refresh(context, "sim")
    synnefo_compute.create_flavor(
        context, flavor_id="s", name="s", vcpus=2, ram_mib=1024, disk_gib=5
    )
    made = synnefo_compute.create_server(member, synnefo_compute.ServerSpec("web", "s", nics=()))
    worker.drain(patience_s=10.0)
    synnefo_quota.set_limit(context, holder="project:p1", resource="cyclades.cpu", limit=0)
    return made


def test_explain_lists_the_very_servers(server, table):
    (row,) = table("quota", "explain", "p1", "cyclades.ram", "--human")

    assert (row["Kind"], row["ID"], row["Amount"]) == ("server", server.id, "1 GiB")


def test_enforcement_is_listed_and_nothing_done(member, server, table):
    (row,) = table("quota", "enforce")

    assert (row["Action"], row["ID"], row["Over by"], row["Outcome"]) == ("stop", server.id, 2, "")
    assert not synnefo_compute.show_server(member, server.id).task_state


@pytest.mark.parametrize("given", ["", "n\n"])
def test_enforcement_asks_first(member, server, synnefo, given):
    synnefo("quota", "enforce", "--apply", given=given, expect=1)

    assert not synnefo_compute.show_server(member, server.id).task_state


def test_enforcement_brings_a_project_back_under_its_limit(context, member, server, table, worker):
    (row,) = table("quota", "enforce", "--apply", "--yes", "--shutdown-timeout", "5")
    worker.drain(patience_s=10.0)

    assert row["Outcome"] == "begun"
    assert synnefo_compute.show_server(member, server.id).vm_state == synnefo_compute.STOPPED
    assert table("quota", "enforce") == []


def test_what_nothing_can_be_done_about_makes_enforcement_fail(context, table):
    charge(context, 3)
    synnefo_quota.set_limit(context, holder="project:p1", resource=VM, limit=1)

    (row,) = table("quota", "enforce", expect=1)

    assert (row["Over by"], row["Action"], row["Outcome"]) == (2, "none", "stays over")
