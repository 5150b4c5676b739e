# SPDX-License-Identifier: Apache-2.0
"""Large objects: what is read is what was cut up, and nothing else makes a server fail."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.errors import CloudError, Conflict
from synnefo_object_store import Incoming, Place

quick = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def put_manifest(account, content, name="large"):
    place = Place(account.id, "c", name)
    return store.put_manifest(account.context, place, content, Incoming("text/plain"))


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=6),
    start=st.integers(0, 60),
    length=st.integers(0, 60),
)
@quick
def test_any_range_of_segments_is_that_of_the_whole(account, pieces, start, length):
    for number, piece in enumerate(pieces):
        account.put(f"s{number}", piece)
    manifest = [{"path": f"/c/s{number}"} for number in range(len(pieces))]
    made = put_manifest(account, json.dumps(manifest).encode())

    whole = b"".join(pieces)
    start = min(start, len(whole))
    stop = min(start + length, len(whole))
    reader = store.assembled(account.context, made)

    assert len(whole) == reader.size_bytes == store.measured(account.context, made).size_bytes
    assert whole[start:stop] == b"".join(reader.read(start, stop))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
keys = st.sampled_from(["path", "etag", "size_bytes", "range", "data", "x"])
manifests = st.lists(
    st.dictionaries(keys, values | st.sampled_from(["/c/a", "0-", "-1", "YQ=="])) | values,
    max_size=3,
).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20)


@given(content=manifests)
@quick
def test_no_manifest_makes_the_server_fail(account, content):
    account.put("a", b"content")

    status = 201
    try:
        made = put_manifest(account, content)
        b"".join(store.assembled(account.context, made).read())
    except CloudError as problem:
        status = problem.status

    assert status < 500
    assert [] == synnefo_quota.verify(account.context)


def test_other_rooms_get_no_manifest_for_a_content(account):
    account.put("a", b"content")
    put_manifest(account, b'[{"path": "/c/a"}]')

    with pytest.raises(Conflict):
        account.find("large")


def test_large_objects_of_themselves_end(account):
    account.put("a", b"content")
    put_manifest(account, b'[{"path": "/c/a"}]', "one")
    put_manifest(account, b'[{"path": "/c/one"}]', "two")
    for _ in range(12):
        made = put_manifest(account, b'[{"path": "/c/two"}]', "three")
        store.copy_object(account.context, made, Place(account.id, "c", "two"), store.Copying())

    with pytest.raises(Conflict):
        b"".join(store.assembled(account.context, made).read())
