# SPDX-License-Identifier: Apache-2.0
"""What the object store tells: values, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from synnefo_blocks import Reference
from synnefo_object_store.domains import FILES

MANIFEST = "X-Object-Manifest"
"""The header, among those of an object, that makes it a dynamic large one."""


@dataclass(frozen=True)
class AccountInfo:
    """An account: its counts, metadata and settings. Moments are seconds since the epoch.

    With ``is_guest`` it is seen by somebody with whom a part is shared, who is told none of them.
    With ``changed_at`` it is seen as it was, when it had last changed at that moment.
    """

    id: str
    containers: int
    objects: int
    bytes: int
    metadata: Mapping[str, str]
    created_at: float
    settings: Mapping[str, str] = field(default_factory=dict)
    is_guest: bool = False
    changed_at: float | None = None


@dataclass(frozen=True)
class ContainerInfo:
    """A container: its counts, metadata and settings.

    ``is_guest`` and ``changed_at`` are as with :class:`AccountInfo`.
    """

    account: str
    name: str
    objects: int
    bytes: int
    metadata: Mapping[str, str]
    created_at: float
    modified_at: float
    settings: Mapping[str, str] = field(default_factory=dict)
    is_guest: bool = False
    changed_at: float | None = None


@dataclass(frozen=True)
class ObjectInfo:
    """An object as it is now.

    Attributes:
        id: Stays the same through updates.
        version: Grows with each change.
        etag: The MD5 of the content.
        object_hash: The Merkle root over the blocks of the content, in hexadecimal.
        reference: The content.
        store: The name of the store that has it.
        headers: What is given back as it came: Content-Encoding and its like.
        expires_at: When it is to be removed.
        is_versioned: Whether the container keeps it when it is replaced.
        nature: Empty for an object like any other; ``static`` for a large one, ``symlink``.
        special: What is to be known of an object with a nature.
        modified_by: The user who wrote it.
        is_among_shared: Whether anything in its container is shared or public, it may be this.
    """

    id: str
    account: str
    container: str
    name: str
    version: int
    size_bytes: int
    etag: str
    content_type: str
    modified_at: float
    created_at: float
    object_hash: str
    reference: Reference
    store: str
    metadata: Mapping[str, str]
    headers: Mapping[str, str]
    expires_at: float | None = None
    is_versioned: bool = False
    nature: str = ""
    special: Mapping[str, Any] = field(default_factory=dict)
    modified_by: str = ""
    is_among_shared: bool = False


@dataclass(frozen=True)
class ListedContainer:
    """A row in an account's listing; guests are told no counts."""

    name: str
    objects: int | None
    bytes: int | None
    modified_at: float


class State(NamedTuple):
    """Which state of an object is listed; the hash is that over its blocks."""

    id: str
    version: int
    object_hash: bytes
    user_id: str
    modified_by: str | None

    @property
    def writer(self) -> str:
        """The user who wrote it."""
        return self.modified_by or self.user_id


class ListedObject(NamedTuple):
    """A row in a container's listing; there are many, so it is the cheapest of values."""

    name: str
    size_bytes: int
    etag: str
    content_type: str
    modified_at: float
    special: Mapping[str, Any] = MappingProxyType({})
    state: State | None = None


@dataclass(frozen=True)
class ListedVersion:
    """A row in a listing of versions.

    Attributes:
        version: Its id; ``null`` for one that the container does not keep.
        is_latest: It is what a reader gets, or the mark that there is nothing to get.
    """

    name: str
    version: str
    is_latest: bool
    size_bytes: int
    etag: str
    content_type: str
    modified_at: float


@dataclass(frozen=True)
class Folder:
    """What begins alike up to a delimiter, listed as one; ends with the delimiter."""

    name: str


@dataclass(frozen=True)
class Window:
    """Which part of a listing is asked for.

    Attributes:
        marker: Begin behind this name; with ``is_reverse`` that is before it.
        end_marker: End before this name; with ``is_reverse`` behind it.
        prefix: Only names that begin so.
        delimiter: Show names that have it behind the prefix as one :class:`Folder`.
        hides_folders: Leave those out (the parameter ``path``).
        is_reverse: From the last name to the first.
        limit: The most rows.
    """

    limit: int
    marker: str = ""
    end_marker: str = ""
    prefix: str = ""
    delimiter: str = ""
    hides_folders: bool = False
    is_reverse: bool = False


@dataclass(frozen=True)
class Condition:
    """What must hold for an object to be written or removed.

    Attributes:
        is_new: There must be no object of that name.
        etags: The object must be there with one of these; ``*`` means any. None: it need not.
    """

    is_new: bool = False
    etags: frozenset[str] | None = None


@dataclass(frozen=True)
class Incoming:
    """What a client says of the content that it sends.

    Attributes:
        size_bytes: Its length, if the client knows.
        metadata: By the names under which an object keeps them (``qualified``).
        domain: Whose metadata these are; what other domains say of the object that is replaced
            stays. None: they are those of all.
        md5: What its MD5 will be, in lower-case hexadecimal, if the client says so.
        headers: What is to be given back as it came: Content-Encoding and its like.
        expires_at: When the object is to be removed.
    """

    content_type: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    domain: str | None = FILES
    headers: Mapping[str, str] = field(default_factory=dict)
    size_bytes: int | None = None
    md5: str | None = None
    expires_at: float | None = None
    nature: str = ""
    special: Mapping[str, Any] = field(default_factory=dict)
    condition: Condition = Condition()
