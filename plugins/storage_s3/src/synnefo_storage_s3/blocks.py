# SPDX-License-Identifier: Apache-2.0
"""Immutable things as objects of a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import (
    ClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from synnefo_core.contracts.storage import DIGEST_BYTES, BlockStore, Entry, Kind, NoSuchThing
from synnefo_storage_s3.clients import Clients
from synnefo_storage_s3.faults import code_of, is_missing, translated
from synnefo_storage_s3.layout import key_of
from synnefo_storage_s3.options import Options

PAGE = 1000
"""How many keys a server lists at a time; no server lists more."""

BROKEN_OFF = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
"""What ends a body that has begun; boto3 tries again only before that."""


class BucketBlocks(BlockStore):
    """Blocks, maps and layers, each an object whose key is its kind and digest."""

    def __init__(self, clients: Clients, told: Options) -> None:
        self._clients, self._told = clients, told

    def put(self, kind: Kind, digest: bytes, content: bytes | memoryview) -> bool:
        key = key_of(self._told.prefix, kind, digest)
        if not 1 <= len(content) <= self._told.block_bytes:
            raise ValueError(f"1 to {self._told.block_bytes} bytes make a {kind.value}")
        with translated(f"{kind.value} {digest.hex()} was not stored"), self._clients.one() as s3:
            # Asked first: most of what is there need not be sent. Two who send it send the same.
            if self._head(s3, key) is not None:
                return False
            s3.put_object(Bucket=self._told.bucket, Key=key, Body=bytes(content))
            return True

    def get(self, kind: Kind, digest: bytes, offset: int = 0, length: int | None = None) -> bytes:
        key = key_of(self._told.prefix, kind, digest)
        if offset < 0 or (length is not None and length < 0):
            raise ValueError("there is nothing before the start")
        with translated(f"{kind.value} {digest.hex()} was not read"), self._clients.one() as s3:
            if length == 0:
                content = None if self._head(s3, key) is None else b""
            else:
                content = self._read(s3, key, offset, length)
        if content is None:
            raise NoSuchThing(f"there is no {kind.value} {digest.hex()}")
        return content

    def size(self, kind: Kind, digest: bytes) -> int | None:
        key = key_of(self._told.prefix, kind, digest)
        what = f"{kind.value} {digest.hex()} was not looked at"
        with translated(what), self._clients.one() as s3:
            found = self._head(s3, key)
        return None if found is None else int(found["ContentLength"])

    def delete(self, kind: Kind, digest: bytes) -> bool:
        key = key_of(self._told.prefix, kind, digest)
        with translated(f"{kind.value} {digest.hex()} was not removed"), self._clients.one() as s3:
            is_there = self._head(s3, key) is not None
            if is_there:
                s3.delete_object(Bucket=self._told.bucket, Key=key)
            return is_there

    def touch(self, kind: Kind, digest: bytes) -> bool:
        key = key_of(self._told.prefix, kind, digest)
        with translated(f"{kind.value} {digest.hex()} was not touched"), self._clients.one() as s3:
            return self._copy(s3, key, key)

    def move(self, kind: Kind, digest: bytes, to: Kind) -> bool:
        """Copy it within the server, then delete what was copied."""
        key, target = (key_of(self._told.prefix, k, digest) for k in (kind, to))
        with translated(f"{kind.value} {digest.hex()} was not moved"), self._clients.one() as s3:
            is_there = self._copy(s3, key, target)
            if is_there:
                s3.delete_object(Bucket=self._told.bucket, Key=key)
            return is_there

    def entries(self, kind: Kind, after: bytes = b"") -> Iterator[Entry]:
        """Yield the entries, one page of the server's list at a time."""
        folder = f"{self._told.prefix}{kind.value}/"
        behind = folder + after.hex()
        while behind:
            page = self._page(kind, folder, behind)
            for item in page:
                if entry := _entry(item, folder):
                    yield entry
            behind = page[-1]["Key"] if page else ""

    def _page(self, kind: Kind, folder: str, behind: str) -> list[Any]:
        with translated(f"the {kind.value}s were not listed"), self._clients.one() as s3:
            answer = s3.list_objects_v2(
                Bucket=self._told.bucket, Prefix=folder, StartAfter=behind, MaxKeys=PAGE
            )
        return list(answer.get("Contents", []))

    def _head(self, s3: Any, key: str) -> Any:
        """Return what the server says of an object, or None when it is not there."""
        try:
            return s3.head_object(Bucket=self._told.bucket, Key=key)
        except ClientError as fault:
            if not is_missing(fault):
                raise
            return None

    def _copy(self, s3: Any, key: str, target: str) -> bool:
        """Copy an object, onto itself too: either way it is new."""
        bucket = self._told.bucket
        source = {"Bucket": bucket, "Key": key}
        try:
            s3.copy_object(
                Bucket=bucket, Key=target, CopySource=source, MetadataDirective="REPLACE"
            )
        except ClientError as fault:
            if not is_missing(fault):
                raise
            return False
        return True

    def _read(self, s3: Any, key: str, offset: int, length: int | None) -> bytes | None:
        """Return a range that is not empty, or None when the object is not there."""
        asked = {"Bucket": self._told.bucket, "Key": key}
        if offset or length is not None:
            last = "" if length is None else offset + length - 1
            asked["Range"] = f"bytes={offset}-{last}"
        for left in reversed(range(self._told.attempts)):
            try:
                return bytes(s3.get_object(**asked)["Body"].read())
            except ClientError as fault:
                return _nothing(fault)
            except BROKEN_OFF:
                if not left:
                    raise
        return None


def _nothing(fault: ClientError) -> bytes | None:
    """Return what there is when an object can't be read: nothing behind its end, or no object."""
    if code_of(fault) in ("InvalidRange", "416"):
        return b""
    if is_missing(fault):
        return None
    raise fault


def _entry(item: Any, folder: str) -> Entry | None:
    """Return the entry, or None when the object is not one of ours."""
    try:
        digest = bytes.fromhex(item["Key"].removeprefix(folder))
    except ValueError:
        return None
    if len(digest) != DIGEST_BYTES:
        return None
    return Entry(digest, int(item["Size"]), item["LastModified"].timestamp())
