# SPDX-License-Identifier: Apache-2.0
"""The tables of what nodes are told."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from sqlalchemy import Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from synnefo_core.db.base import Big, Id, Key, LongText, Moment
from synnefo_network.models import Model

Cluster = Annotated[str, mapped_column(String(255), primary_key=True)]
"""The name of a cluster, which is a part of the key."""


class About(StrEnum):
    """What a document is about."""

    PORT = "port"
    ROUTER = "router"


class ChangeRow(Model):
    """Something that may have changed documents: what kind of thing, and which one."""

    __tablename__ = "network_change"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[Id]
    thing_id: Mapped[Id]


class DocumentRow(Model):
    """The newest document of a port or router in a cluster, of which only the digest is kept.

    ``is_gone`` is true of one that only says that the thing is not there any more; ``kind`` is one of
    :class:`About`.
    """

    __tablename__ = "network_document"
    __table_args__ = (Index("ix_network_document_cluster", "cluster", "is_gone", "thing_id"),)

    thing_id: Mapped[Key]
    cluster: Mapped[Cluster]
    kind: Mapped[Id] = mapped_column(default=About.PORT, server_default=About.PORT)
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
    """A node that has said which documents it has, and how many those are.

    ``is_gateway`` is true of one that says that it can have routers, ``is_drained`` of one that an operator wants to have
    none; ``back_at`` is when it was heard first after it was away, ``problem`` what it said last that is not as it should be.
    """

    __tablename__ = "network_node"

    cluster: Mapped[Cluster]
    name: Mapped[Key]
    documents: Mapped[int]
    first_at: Mapped[Moment]
    heard_at: Mapped[Moment]
    is_gateway: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_drained: Mapped[bool] = mapped_column(default=False, server_default=false())
    back_at: Mapped[Moment] = mapped_column(default=0.0, server_default=text("0"))
    problem: Mapped[LongText] = mapped_column(default="", server_default=text("''"))


class SpotRow(Model):
    """Where a router is: in which cluster, and on which of the gateways there.

    ``problem`` says why no gateway can have it; ``elsewhere`` names the other clusters that have
    servers of its networks, apart by commas.
    """

    __tablename__ = "network_router_spot"
    __table_args__ = (Index("ix_network_router_spot_node", "cluster", "node"),)

    router_id: Mapped[Key]
    cluster: Mapped[str] = mapped_column(String(255))
    node: Mapped[Id]
    problem: Mapped[LongText] = mapped_column(default="", server_default=text("''"))
    elsewhere: Mapped[LongText] = mapped_column(default="", server_default=text("''"))


class LackRow(Model):
    """A document that a node has to be sent; ``known`` is the version that it has, 0 for none."""

    __tablename__ = "network_node_lack"

    cluster: Mapped[Cluster]
    node: Mapped[Key]
    thing_id: Mapped[Key]
    kind: Mapped[Id] = mapped_column(default=About.PORT, server_default=About.PORT)
    known: Mapped[Big]
