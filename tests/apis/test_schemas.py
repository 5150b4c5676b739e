# SPDX-License-Identifier: Apache-2.0
"""The schemas of bodies and queries of all faces: no start looks at them, so this does."""

import gc

import pytest
from jsonschema import Draft202012Validator

from synnefo_core.testing import http
from synnefo_core.wsgi.compose import faces
from synnefo_core.wsgi.validation import Schema


@pytest.fixture(scope="module")
def cloud():
    fixture = http.CloudFixture()
    fixture.start_fixture()
    yield fixture.cloud
    fixture.stop_fixture()


def test_each_is_a_schema(cloud):
    """Those of actions are in no table of routes; they are looked for among all that there is."""
    gc.unfreeze()  # a start freezes what it has made
    rows = [route for api in faces(cloud) for route in api.routes if route.body is not None]
    every = [each.schema for each in gc.get_objects() if isinstance(each, Schema)]
    assert len(every) > len(rows)

    for schema in every:
        Draft202012Validator.check_schema(schema)
