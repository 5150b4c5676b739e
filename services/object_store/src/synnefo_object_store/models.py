# SPDX-License-Identifier: Apache-2.0
"""The object store's tables, prefix ``object_store``.

Names sort by code point, as Swift's do, whatever the database's locale.
"""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Base, Big, Id, Json, Key, Moment, new_metadata

_PLAIN = String(1024).with_variant(String(1024, collation="C"), "postgresql")
_PLAIN_ID = String(64).with_variant(String(64, collation="C"), "postgresql")
_GRANTEE = String(321)
# SQLite numbers rows only in a column that is called INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

Number = Annotated[int, mapped_column(_NUMBER, primary_key=True, autoincrement=True)]
PathName = Annotated[str, mapped_column(_PLAIN)]
Digest = Annotated[bytes, mapped_column(LargeBinary(32))]


class Model(Base):
    """The root of the object store's models."""

    __abstract__ = True
    metadata = new_metadata()


class AccountRow(Model):
    """A project's account, made when something is first written to it.

    Counts are those of the deltas that were folded in.

    Attributes:
        settings: ``quota_bytes`` and ``quota_count``, as text.
    """

    __tablename__ = "object_store_account"

    id: Mapped[Key]
    properties: Mapped[Json] = mapped_column("metadata")
    settings: Mapped[Json] = mapped_column(server_default="{}")
    containers: Mapped[Big]
    objects: Mapped[Big]
    bytes: Mapped[Big]
    created_at: Mapped[Moment]


class ContainerRow(Model):
    """A container; its counts are those of the deltas that were folded in.

    A number is never used again: deltas of a removed container may still wait.

    Attributes:
        settings: What is not metadata, as text: the access lists ``read`` and ``write``, and
            ``versions_enabled``, ``versions_location`` or ``history_location``; ``project`` that
            pays unless that is the account's own.
    """

    __tablename__ = "object_store_container"
    __table_args__ = (UniqueConstraint("account", "name"), {"sqlite_autoincrement": True})

    id: Mapped[Number]
    account: Mapped[Id]
    name: Mapped[PathName]
    properties: Mapped[Json] = mapped_column("metadata")
    settings: Mapped[Json] = mapped_column(server_default="{}")
    objects: Mapped[Big]
    bytes: Mapped[Big]
    created_at: Mapped[Moment]
    modified_at: Mapped[Moment]


class ObjectRow(Model):
    """A version of an object; of those of one name one at most is current.

    The foreign key lets no container go while an object is on its way into it. A listing reads
    nothing but the index of what is current.

    Attributes:
        version: Grows with each change of the object; microseconds since the epoch or more.
        id: Stays the same through updates.
        user_id: Who is charged for the bytes.
        store: The name of the store that has the content.
        kind, digest, size_bytes: The content's reference.
        object_hash: The Merkle root over its blocks.
        headers: What is given back as it came: Content-Encoding and its like.
        expires_at: When it is to be removed.
        is_versioned: It was written into a container that keeps versions, so it stays when it is
            replaced; the version's number then stays through changes of metadata.
        ended_us: When it ceased to be current for the first time, in microseconds as ``version``.
        is_free: It is one of the past, for which nobody is charged.
        modified_by: Who wrote it last; None: who is charged.
        nature: Empty; ``deleted``: the mark of a removal among the versions; ``static``: the
            content is the manifest of a large object; ``symlink``: it stands for another one.
        special: What is to be known of an object with a nature.
    """

    __tablename__ = "object_store_object"
    __table_args__ = (
        Index(
            "uq_object_store_object_current",
            "container_id",
            "name",
            unique=True,
            postgresql_where=text("is_current"),
            sqlite_where=text("is_current"),
            postgresql_include=["size_bytes", "etag", "content_type", "modified_at"],
        ),
        Index(
            "ix_object_store_object_expires_at",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL"),
            sqlite_where=text("expires_at IS NOT NULL"),
        ),
        Index(
            "ix_object_store_object_special",
            "container_id",
            "name",
            postgresql_where=text("is_current AND nature <> ''"),
            sqlite_where=text("is_current AND nature <> ''"),
        ),
        {"sqlite_with_rowid": False},
    )

    container_id: Mapped[int] = mapped_column(
        _NUMBER, ForeignKey("object_store_container.id"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(_PLAIN, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    is_current: Mapped[bool]
    id: Mapped[Id]
    size_bytes: Mapped[Big]
    etag: Mapped[Id]
    content_type: Mapped[str] = mapped_column(String(255))
    modified_at: Mapped[Moment]
    created_at: Mapped[Moment]
    user_id: Mapped[Id]
    store: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(8))
    digest: Mapped[Digest]
    object_hash: Mapped[Digest]
    properties: Mapped[Json] = mapped_column("metadata")
    headers: Mapped[Json]
    expires_at: Mapped[Moment | None]
    is_versioned: Mapped[bool] = mapped_column(server_default=false())
    nature: Mapped[str] = mapped_column(String(8), server_default="")
    special: Mapped[Json] = mapped_column(server_default="{}")
    ended_us: Mapped[Big | None]
    is_free: Mapped[bool] = mapped_column(server_default=false())
    modified_by: Mapped[Id | None]


class PeriodRow(Model):
    """A time in which a version was current again, because it was restored: there are few.

    Attributes:
        begun_us: Since when, in microseconds since the epoch.
        ended_us: Until when; None: it is current.
    """

    __tablename__ = "object_store_period"
    __table_args__ = ({"sqlite_with_rowid": False},)

    container_id: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(_PLAIN, primary_key=True)
    begun_us: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[Big]
    ended_us: Mapped[Big | None]


class GrantRow(Model):
    """One who may use an object, or all below it where it is a folder.

    It belongs to the path, whatever version is there, and goes with what is there.

    Attributes:
        grantee: A user's id, ``*`` for all users, or ``account:group``.
        object_id: That of the object; of another that is there later nothing is said.
    """

    __tablename__ = "object_store_grant"
    __table_args__ = (
        Index("ix_object_store_grant_container_id", "container_id", "name"),
        {"sqlite_with_rowid": False},
    )

    grantee: Mapped[str] = mapped_column(_GRANTEE, primary_key=True)
    account: Mapped[str] = mapped_column(_PLAIN_ID, primary_key=True)
    container_id: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(_PLAIN, primary_key=True)
    object_id: Mapped[Id]
    is_writer: Mapped[bool]


class PublicRow(Model):
    """The address at which an object is public; as a grant it belongs to the path.

    Attributes:
        object_id: As of a grant.
    """

    __tablename__ = "object_store_public"
    __table_args__ = (UniqueConstraint("container_id", "name"),)

    address: Mapped[Key]
    container_id: Mapped[int] = mapped_column(_NUMBER)
    name: Mapped[PathName]
    object_id: Mapped[Id]


class MemberRow(Model):
    """A member of a group of an account."""

    __tablename__ = "object_store_member"
    __table_args__ = (
        Index("ix_object_store_member_user_id", "user_id"),
        {"sqlite_with_rowid": False},
    )

    account: Mapped[Key]
    name: Mapped[str] = mapped_column(String(256), primary_key=True)
    user_id: Mapped[Key]


class DeltaRow(Model):
    """A change of the statistics that is not folded in yet."""

    __tablename__ = "object_store_delta"
    __table_args__ = (
        Index("ix_object_store_delta_account", "account"),
        Index("ix_object_store_delta_container_id", "container_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Number]
    account: Mapped[Id]
    container_id: Mapped[Big]
    containers: Mapped[int]
    objects: Mapped[int]
    bytes: Mapped[Big]


class PossessionRow(Model):
    """A block that a project has shown to have; only such may its maps name."""

    __tablename__ = "object_store_possession"
    __table_args__ = ({"sqlite_with_rowid": False},)

    project_id: Mapped[Key]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    added_at: Mapped[Moment]


class UploadRow(Model):
    """An upload under way that takes long; a living process renews it."""

    __tablename__ = "object_store_upload"
    __table_args__ = (Index("ix_object_store_upload_renewed_at", "renewed_at"),)

    id: Mapped[Key]
    store: Mapped[Id]
    begun_at: Mapped[Moment]
    renewed_at: Mapped[Moment]


class UploadPartRow(Model):
    """The concatenated names of blocks that an upload under way has stored."""

    __tablename__ = "object_store_upload_part"

    upload_id: Mapped[Key]
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    names: Mapped[bytes] = mapped_column(LargeBinary)
