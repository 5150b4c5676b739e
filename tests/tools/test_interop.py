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


def test_the_list_of_identity_names_sixteen_tests():
    required = suite.required("identity")

    assert 16 == len(set(required))
    assert all(each.startswith("tempest.api.identity.v3.test_") for each in required)
