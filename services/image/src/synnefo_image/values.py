# SPDX-License-Identifier: Apache-2.0
"""What the room hands out, and what it is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict
from urllib.parse import quote, unquote

from synnefo_blocks import Reference
from synnefo_core.errors import InvalidField
from synnefo_image import states

SCHEME = "pithos"
_URL = re.compile(r"^pithos://(?P<account>[^/]+)/(?P<container>[^/]+)/(?P<name>.+)$")


@dataclass(frozen=True)
class Location:
    """The object of which an image was made."""

    account: str
    container: str
    name: str

    def __str__(self) -> str:
        """Return ``pithos://ACCOUNT/CONTAINER/NAME``, percent-encoded."""
        return f"{SCHEME}://{quote(self.account)}/{quote(self.container)}/{quote(self.name)}"

    @classmethod
    def parse(cls, text: str, *, own_account: str = "") -> Location:
        """Return the location that a text means.

        Args:
            text: ``pithos://ACCOUNT/CONTAINER/NAME``, or ``CONTAINER/NAME`` in one's own.
            own_account: That of the caller.

        Raises:
            InvalidField: It is neither.
        """
        match = _URL.match(text)
        if match is not None:
            return cls(*(unquote(match[part]) for part in ("account", "container", "name")))
        container, _, name = text.partition("/")
        if not own_account or "://" in text or not container or not name:
            problem = "must be CONTAINER/NAME or pithos://ACCOUNT/CONTAINER/NAME"
            raise InvalidField("location", problem)
        return cls(own_account, container, name)


@dataclass(frozen=True)
class Image:
    """An image.

    Attributes:
        status: One of :mod:`synnefo_image.states`.
        size_bytes: 0 as long as there is no content.
        checksum: The MD5 of the content; empty as long as there is none.
        hash_algorithm: By which there is another digest; empty when there is none.
        hash_value: That digest, in hexadecimal.
        disk_format: Empty when nobody said.
        container_format: Empty when nobody said.
        reference: The content; None as long as there is none.
        store: The name of the store that has it.
        location: The object of which it was made, which may be gone by now.
    """

    id: str
    name: str
    owner_project_id: str
    status: str
    visibility: str
    size_bytes: int
    checksum: str
    hash_algorithm: str
    hash_value: str
    min_disk_gib: int
    min_ram_mib: int
    disk_format: str
    container_format: str
    is_protected: bool
    is_hidden: bool
    tags: tuple[str, ...]
    properties: Mapping[str, str]
    reference: Reference | None
    store: str
    location: Location | None
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class ImageSpec:
    """An image to be made; ``id`` and ``owner`` None for a new one and the caller's project.

    With a ``location`` it is active at once.
    """

    id: str | None = None
    owner: str | None = None
    name: str = ""
    visibility: str = states.SHARED
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    disk_format: str = ""
    container_format: str = ""
    is_protected: bool = False
    is_hidden: bool = False
    tags: Sequence[str] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    location: Location | None = None


class ImageChanges(TypedDict, total=False):
    """What is to become of an image; what is left out stays."""

    name: str
    owner: str
    visibility: str
    min_disk_gib: int
    min_ram_mib: int
    disk_format: str
    container_format: str
    is_protected: bool
    is_hidden: bool
    tags: Sequence[str]
    location: Location


@dataclass(frozen=True)
class PropertyEdit:
    """One change of a property.

    Attributes:
        is_new_allowed: Whether a property that is not there is made.
        value: None to remove it.
    """

    name: str
    value: str | None
    is_new_allowed: bool = False


@dataclass(frozen=True)
class Member:
    """A project with which an image is shared; ``status`` is one of ``states.ANSWERS``."""

    image_id: str
    project_id: str
    status: str
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class Bound:
    """A comparison of an attribute: "eq", "neq", "gt", "gte", "lt" or "lte"."""

    name: str
    comparison: str
    value: float


@dataclass(frozen=True)
class Selection:
    """Which images are wanted, in which order, and which page of them.

    Attributes:
        where: Accepted values by attribute.
        properties: Values that properties must have.
        tags: Tags of which an image must have all.
        visibility: One of :mod:`synnefo_image.states`; "all" for every one that the caller
            may see; None for what is the caller's, public, or shared with it.
        member_status: What the caller has made of images that are shared with it; "all" for
            whatever.
        bounds: Comparisons that must hold.
        is_hidden: Hidden ones instead of the others.
        least_bytes: The smallest size.
        most_bytes: The largest size.
        order: Attributes with whether each descends; the id comes last by itself.
        marker: The id of the image behind which the page begins.
    """

    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    visibility: str | None = None
    member_status: str = states.ACCEPTED
    bounds: Sequence[Bound] = ()
    is_hidden: bool = False
    least_bytes: int | None = None
    most_bytes: int | None = None
    order: Sequence[tuple[str, bool]] = (("created_at", True),)
    marker: str | None = None
    limit: int | None = None
