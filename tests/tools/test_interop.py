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
    ],
)
def test_a_list_names_all_that_is_to_pass(name, tests, begin):
    listed = (suite.LISTS / f"{name}.txt").read_text().splitlines()
    ids = {suite.bare(line) for line in listed if not line.startswith("#")}

    assert tests == len(ids)
    assert all(each.startswith(begin) for each in ids)


def test_what_is_owed_is_on_a_list_and_is_not_run():
    listed = "".join((suite.LISTS / f"{name}.txt").read_text() for name in suite.names())
    run = {suite.bare(each) for name in suite.names() for each in suite.required(name)}

    assert all(f"{each}[" in listed for each in suite.owed())
    assert not run & set(suite.owed())
    assert set(suite.owed().values()) <= set("DEF")
