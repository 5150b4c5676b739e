# SPDX-License-Identifier: Apache-2.0
"""A store is opened where there is one, and made only where there is nothing."""

import boto3
import pytest

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.storage import Kind, StorageUnavailable
from synnefo_storage_s3 import layout


@pytest.fixture
def s3(settings):
    return boto3.client(
        "s3",
        endpoint_url=settings["endpoint_url"],
        aws_access_key_id="access",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )


def test_two_prefixes_are_two_stores(open_store):
    first, second = open_store(), open_store(prefix="another/")
    first.blocks.put(Kind.BLOCK, bytes(32), b"content")

    assert second.blocks.size(Kind.BLOCK, bytes(32)) is None
    assert [] == list(second.blocks.entries(Kind.BLOCK))


def test_a_bucket_that_is_not_there_is_a_mistake(open_store):
    with pytest.raises(Misconfigured, match="NoSuchBucket"):
        open_store(create_bucket=False)


def test_a_store_that_must_exist_is_not_made(open_store):
    with pytest.raises(Misconfigured, match="holds no store"):
        open_store(must_exist=True)

    open_store(must_exist=False)
    open_store(must_exist=True)


def test_a_bucket_with_something_else_is_not_a_store(open_store, settings, s3):
    s3.create_bucket(Bucket=settings["bucket"])
    s3.put_object(Bucket=settings["bucket"], Key="synnefo/letter", Body=b"dear")

    with pytest.raises(Misconfigured, match="neither empty"):
        open_store()


def test_a_bucket_that_keeps_versions_is_refused(open_store, settings, s3):
    s3.create_bucket(Bucket=settings["bucket"])
    s3.put_bucket_versioning(
        Bucket=settings["bucket"], VersioningConfiguration={"Status": "Enabled"}
    )

    with pytest.raises(Misconfigured, match="versions"):
        open_store()


def test_the_block_size_is_that_with_which_the_store_was_made(open_store):
    open_store()

    with pytest.raises(Misconfigured, match="blocks of"):
        open_store(block_bytes=8192)


def test_another_format_is_refused(open_store, settings, s3):
    s3.create_bucket(Bucket=settings["bucket"])
    for mark, why in (
        (b"{}", "understood"),
        (b'{"format":"x","version":2,"block_bytes":1}', "x 2"),
    ):
        s3.put_object(Bucket=settings["bucket"], Key="synnefo/synnefo-store", Body=mark)

        with pytest.raises(Misconfigured, match=why):
            open_store()


@pytest.mark.parametrize("missing", ["bucket", "secret_key"])
def test_what_must_be_set_is_named(open_store, missing):
    with pytest.raises(Misconfigured, match=missing):
        open_store(**{missing: None})


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_wrong_keys_are_a_mistake(open_store, gate, code):
    gate.fail("PUT", "", 403, code)

    with pytest.raises(Misconfigured, match=code):
        open_store(endpoint_url=gate.url)


def test_a_server_that_stumbles_at_the_start_is_no_mistake(open_store, gate):
    gate.fail("PUT", "", 503, "SlowDown", times=3)

    with pytest.raises(StorageUnavailable):
        open_store(endpoint_url=gate.url)


def test_versions_that_can_not_be_asked_for_are_passed_over(open_store, gate):
    gate.fail("GET", "versioning", 403, "AccessDenied")

    open_store(endpoint_url=gate.url)


def test_what_is_no_block_is_passed_over_in_lists(open_store, settings, s3):
    storage = open_store()
    for key in ("letter", "00", "zz" * 32):
        s3.put_object(Bucket=settings["bucket"], Key=f"synnefo/block/{key}", Body=b"dear")

    assert [] == list(storage.blocks.entries(Kind.BLOCK))


def test_a_store_that_another_process_begins_meanwhile_is_one(open_store, monkeypatch):
    open_store().blocks.put(Kind.BLOCK, bytes(32), b"content")
    read, looks = layout._read_mark, []

    def read_too_early(*arguments):
        looks.append(1)
        return read(*arguments) if len(looks) > 1 else None

    monkeypatch.setattr(layout, "_read_mark", read_too_early)
    assert open_store().blocks.size(Kind.BLOCK, bytes(32)) == 7
