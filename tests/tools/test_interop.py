# SPDX-License-Identifier: Apache-2.0
"""What counts as passed is what passed."""

import pytest

from tools.interop import suite

TABLE = """\
test,status,start_time,stop_time
"tempest.a.Test.test_one[id-1,smoke]",success,,
tempest.a.Test.test_two[id-2],skip,,
tempest.a.Test.test_three[id-3],fail,,
"""


@pytest.mark.parametrize(
    "test, outcome",
    [
        ("tempest.a.Test.test_one", "success"),
        ("tempest.a.Test.test_two", "skip"),
        ("tempest.a.Test.test_three", "fail"),
        ("tempest.b.Test.test_of_a_class_that_was_skipped", "not run"),
    ],
)
def test_a_test_has_the_outcome_that_the_table_says(test, outcome):
    assert {test: outcome} == suite.outcomes([test], TABLE)


@pytest.mark.parametrize(
    "name, tests, begin",
    [
        ("identity", 16, "tempest.api.identity.v3.test_"),
        ("object_storage", 56, "tempest.api.object_storage.test_"),
        ("compute", 95, "tempest.api.compute."),
        ("network", 81, "tempest.api.network.test_"),
    ],
)
def test_a_list_names_all_that_is_to_pass(name, tests, begin):
    listed = (suite.LISTS / f"{name}.txt").read_text().splitlines()
    ids = {suite.bare(line) for line in listed if not line.startswith("#")}

    assert tests == len(ids)
    assert all(each.startswith(begin) for each in ids)


def test_what_is_owed_is_on_a_list():
    listed = {suite.bare(each) for name in suite.names() for each in suite.listed(name)}

    assert set(suite.owed()) <= listed
    assert set(suite.owed().values()) <= set("DEF")


def test_what_should_pass_must_and_what_is_owed_must_not():
    found = {"good": "success", "bad": "fail", "early": "success", "late": "skip"}

    complaints = suite.complaints(found, {"early": "E", "late": "E"})

    assert ["fail: bad", "passes but is owed: early"] == complaints
