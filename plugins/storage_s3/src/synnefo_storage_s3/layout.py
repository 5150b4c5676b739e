# SPDX-License-Identifier: Apache-2.0
"""Which keys things have in a bucket, and the mark that says that a store is there."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.storage import DIGEST_BYTES, Kind
from synnefo_storage_s3.faults import REFUSED, code_of, explained, is_missing
from synnefo_storage_s3.options import Options

MARKER = "synnefo-store"
FORMAT = "synnefo-storage-s3"
VERSION = 1


def key_of(prefix: str, kind: Kind, digest: bytes) -> str:
    """Return the key of a thing; keys sort as digests do."""
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"a digest has {DIGEST_BYTES} bytes, not {len(digest)}")
    return f"{prefix}{kind.value}/{digest.hex()}"


def prepare(client: Any, told: Options) -> None:
    """Make the store if there is none, and check that it is one that we understand.

    Raises:
        Misconfigured: The bucket is not there or not for us, keeps versions, or holds something
            else.
        StorageUnavailable: The server does not answer.
    """
    what = f"the store in the bucket {told.bucket} was not opened"
    try:
        if told.create_bucket:
            _make_bucket(client, told)
        _require_no_versions(client, told.bucket)
        mark = _read_mark(client, told)
        if mark is None:
            _mark(client, told)
            mark = _read_mark(client, told)
    except ClientError as fault:
        if code_of(fault) in REFUSED:
            raise Misconfigured(f"{what}: {fault}") from fault
        raise explained(fault, what) from fault
    except BotoCoreError as fault:
        raise explained(fault, what) from fault
    _check(mark, told)


def _make_bucket(client: Any, told: Options) -> None:
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": told.region}}
    try:
        client.create_bucket(
            Bucket=told.bucket, **({} if told.region == "us-east-1" else elsewhere)
        )
    except ClientError as fault:
        if code_of(fault) not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def _require_no_versions(client: Any, bucket: str) -> None:
    try:
        status = client.get_bucket_versioning(Bucket=bucket).get("Status", "")
    except ClientError as fault:
        # Few servers lack it, and few operators grant it.
        if code_of(fault) not in ("AccessDenied", "MethodNotAllowed", "NotImplemented", "501"):
            raise
        return
    if status == "Enabled":
        raise Misconfigured(
            f"the bucket {bucket} keeps old versions: what garbage collection deletes would stay"
        )


def _read_mark(client: Any, told: Options) -> bytes | None:
    try:
        answer = client.get_object(Bucket=told.bucket, Key=told.prefix + MARKER)
    except ClientError as fault:
        if not is_missing(fault):
            raise
        return None
    return bytes(answer["Body"].read())


def _mark(client: Any, told: Options) -> None:
    if told.must_exist:
        raise Misconfigured(f"{told.bucket}/{told.prefix} holds no store")
    found = client.list_objects_v2(Bucket=told.bucket, Prefix=told.prefix, MaxKeys=1)
    if found.get("KeyCount", 0):
        if _read_mark(client, told) is not None:
            return  # another process has just begun the store
        raise Misconfigured(f"{told.bucket}/{told.prefix} is neither empty nor a store")
    content = {"format": FORMAT, "version": VERSION, "block_bytes": told.block_bytes}
    try:
        # Of two who begin at once the first one decides, where the server knows conditions.
        client.put_object(
            Bucket=told.bucket,
            Key=told.prefix + MARKER,
            Body=json.dumps(content).encode() + b"\n",
            IfNoneMatch="*",
        )
    except ClientError as fault:
        if code_of(fault) not in ("PreconditionFailed", "ConditionalRequestConflict"):
            raise


def _check(mark: bytes | None, told: Options) -> None:
    place = f"{told.bucket}/{told.prefix}{MARKER}"
    try:
        fields = json.loads(mark or b"")
        form, version, made_with = fields["format"], fields["version"], fields["block_bytes"]
    except (ValueError, KeyError, TypeError) as fault:
        raise Misconfigured(f"{place} cannot be understood") from fault
    if (form, version) != (FORMAT, VERSION):
        raise Misconfigured(f"{place} says {form} {version}; this is {FORMAT} {VERSION}")
    if made_with != told.block_bytes:
        raise Misconfigured(
            f"the store in {told.bucket} has blocks of {made_with} bytes, not {told.block_bytes}"
        )
