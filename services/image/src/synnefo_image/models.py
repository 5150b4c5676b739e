# SPDX-License-Identifier: Apache-2.0
"""The tables of images, prefix ``image``."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Base, Big, Id, Json, Key, Moment, Name, new_metadata


class Model(Base):
    """The root of the image models."""

    __abstract__ = True
    metadata = new_metadata()


class ImageRow(Model):
    """An image.

    ``reference`` (its text form) is empty until there is content. ``upload_id`` names the
    upload that may finish it: of several the last one begun. ``charged_bytes`` are those for which
    ``user_id`` pays in the owner's project because the object is gone.
    """

    __tablename__ = "image_image"
    __table_args__ = (
        Index("ix_image_image_owner", "owner", "created_at", "id"),
        Index("ix_image_image_visibility", "visibility", "created_at", "id"),
        Index("ix_image_image_store", "store"),
    )

    id: Mapped[Key]
    owner: Mapped[Id]
    name: Mapped[Name]
    status: Mapped[str] = mapped_column(String(16))
    visibility: Mapped[str] = mapped_column(String(16))
    size_bytes: Mapped[Big]
    checksum: Mapped[str] = mapped_column(String(32))
    hash_algorithm: Mapped[str] = mapped_column(String(16), server_default="")
    hash_value: Mapped[str] = mapped_column(String(128), server_default="")
    min_disk_gib: Mapped[int]
    min_ram_mib: Mapped[int]
    disk_format: Mapped[str] = mapped_column(String(32))
    container_format: Mapped[str] = mapped_column(String(32))
    is_protected: Mapped[bool]
    is_hidden: Mapped[bool]
    properties: Mapped[Json]
    store: Mapped[Name]
    reference: Mapped[str] = mapped_column(String(128))
    account: Mapped[Id]
    container: Mapped[Name]
    object_name: Mapped[str] = mapped_column(String(1024))
    upload_id: Mapped[Id]
    user_id: Mapped[Id] = mapped_column(server_default="")
    charged_bytes: Mapped[Big] = mapped_column(server_default="0")
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class TagRow(Model):
    """A tag of an image."""

    __tablename__ = "image_tag"
    __table_args__ = (Index("ix_image_tag_tag", "tag"),)

    image_id: Mapped[str] = mapped_column(ForeignKey("image_image.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(255), primary_key=True)


class MemberRow(Model):
    """A project with which an image is shared."""

    __tablename__ = "image_member"
    __table_args__ = (Index("ix_image_member_member", "member"),)

    image_id: Mapped[str] = mapped_column(ForeignKey("image_image.id"), primary_key=True)
    member: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class TaskRow(Model):
    """An import, kept for a while after its end and its image's."""

    __tablename__ = "image_task"
    __table_args__ = (
        Index("ix_image_task_owner", "owner", "created_at", "id"),
        Index("ix_image_task_image", "image_id"),
        Index("ix_image_task_ended", "status", "updated_at"),
    )

    id: Mapped[Key]
    image_id: Mapped[Id]
    owner: Mapped[Id]
    user_id: Mapped[Id]
    request_id: Mapped[Id]
    method: Mapped[str] = mapped_column(String(16))
    uri: Mapped[str] = mapped_column(String(2048))
    status: Mapped[str] = mapped_column(String(16))
    message: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class UsedIdRow(Model):
    """The id of an image that is gone: nobody may take it for one of other content."""

    __tablename__ = "image_used_id"

    id: Mapped[Key]
    deleted_at: Mapped[Moment]
