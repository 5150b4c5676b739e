# SPDX-License-Identifier: Apache-2.0
"""The tables of what nodes are told."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Big, Id, Key, LongText, Moment
from synnefo_network.models import Model

Cluster = Annotated[str, mapped_column(String(255), primary_key=True)]
"""The name of a cluster, which is a part of the key."""


class ChangeRow(Model):
    """Something that may have changed documents: what kind of thing, and which one."""

    __tablename__ = "network_change"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[Id]
    thing_id: Mapped[Id]


class DocumentRow(Model):
    """The newest document of a port in a cluster, of which only the digest is kept.

    ``is_gone`` is true of one that only says that the port is not there any more.
    """

    __tablename__ = "network_document"
    __table_args__ = (Index("ix_network_document_cluster", "cluster", "is_gone", "port_id"),)

    port_id: Mapped[Key]
    cluster: Mapped[Cluster]
    version: Mapped[Big]
    digest: Mapped[Id]
    is_gone: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_at: Mapped[Moment]


class SigningKeyRow(Model):
    """A key that signs documents; the private part is sealed with the ring ``network``."""

    __tablename__ = "network_signing_key"

    id: Mapped[Key]
    public: Mapped[Id]
    private: Mapped[LongText]
    is_retired: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[Moment]


class NodeRow(Model):
    """A node that has said which documents it has, and how many those are."""

    __tablename__ = "network_node"

    cluster: Mapped[Cluster]
    name: Mapped[Key]
    documents: Mapped[int]
    first_at: Mapped[Moment]
    heard_at: Mapped[Moment]


class LackRow(Model):
    """A document that a node has to be sent; ``known`` is the version that it has, 0 for none."""

    __tablename__ = "network_node_lack"

    cluster: Mapped[Cluster]
    node: Mapped[Key]
    port_id: Mapped[Key]
    known: Mapped[Big]
