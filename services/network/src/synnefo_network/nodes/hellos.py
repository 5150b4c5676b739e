# SPDX-License-Identifier: Apache-2.0
"""What nodes say of themselves: that they are there, and which documents they have.

A node that has others than it should is asked which; what it lacks is written down and sent by the
task (:mod:`synnefo_network.nodes.catching_up`), so nobody who listens waits for it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.bus import BusUnavailable, Message
from synnefo_core.contracts.nodes import ASK, HELLO, KNOWN, digest_of
from synnefo_core.db.among import among
from synnefo_core.db.session import add_if_absent, changed_rows
from synnefo_core.listening import Listener
from synnefo_network.nodes import changes
from synnefo_network.nodes.changes import Kind
from synnefo_network.nodes.models import DocumentRow, LackRow, NodeRow

log = logging.getLogger(__name__)

_NAME = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,62})")
_PORT = re.compile(r"[0-9A-Za-z-]{1,64}")
_TIMEOUT_S = 5.0


class Senseless(ValueError):
    """A message of a node says nothing that can be."""


@dataclass(frozen=True)
class Hello:
    """What a node says now and then; see :data:`HELLO`."""

    node: str
    documents: int
    digest: str


@dataclass(frozen=True)
class Known:
    """What a node answers; see :data:`KNOWN`."""

    node: str
    after: str
    until: str | None
    known: Mapping[str, int]

    def has(self, port_id: str) -> bool:
        """Whether the node would have named a port here if it knew it."""
        return self.after < port_id and (self.until is None or port_id <= self.until)


def hello_of(payload: Mapping[str, Any]) -> Hello:
    """Read a hello.

    Raises:
        Senseless: It is none.
    """
    number, digest = payload.get("documents"), payload.get("digest")
    if type(number) is not int or not 0 <= number < 2**31 or not isinstance(digest, str):
        raise Senseless("documents or digest")
    return Hello(_node(payload), number, digest)


def known_of(payload: Mapping[str, Any]) -> Known:
    """Read an answer.

    Raises:
        Senseless: It is none.
    """
    after, until, known = (payload.get(name) for name in ("after", "until", "known"))
    bounds = [bound for bound in (after, until) if bound is not None]
    if not all(isinstance(bound, str) for bound in bounds) or not isinstance(known, dict):
        raise Senseless("after, until or known")
    for port_id, version in known.items():
        if not _PORT.fullmatch(port_id) or type(version) is not int or not 0 <= version < 2**62:
            raise Senseless("known")
    return Known(_node(payload), after or "", until, known)


def _node(payload: Mapping[str, Any]) -> str:
    name = payload.get("node")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Senseless("node")
    return name


def hear_hellos(context: RequestContext, messages: Sequence[Message]) -> None:
    """Note that nodes are there, and ask those which documents they have that have others."""
    digests: dict[str, str] = {}
    for message in messages:
        try:
            hello = hello_of(message.payload)
        except Senseless as cause:
            _warn(message, cause)
            continue
        cluster = message.sender
        with context.unit_of_work() as session:
            is_behind = _note(context, session, cluster, hello)
        if cluster not in digests:
            with context.reading() as session:
                digests[cluster] = digest_of(_documents(session, cluster))
        if hello.digest != digests[cluster] and not is_behind:
            _ask(context, cluster, hello.node)


def _note(context: RequestContext, session: Session, cluster: str, hello: Hello) -> bool:
    """Write a node down; return whether what it lacks is being sent already."""
    now = context.now()
    key = {"cluster": cluster, "name": hello.node}
    values = {"documents": hello.documents, "heard_at": now}
    theirs = (NodeRow.cluster == cluster, NodeRow.name == hello.node)
    if not changed_rows(session, update(NodeRow).where(*theirs).values(values)):
        others = select(NodeRow.name).where(NodeRow.cluster == cluster).limit(1)
        if session.scalar(others) is None:
            changes.note(session, Kind.CLUSTER, cluster)
        add_if_absent(session, NodeRow, {**key, **values, "first_at": now})
    lacking = select(LackRow.port_id).where(LackRow.cluster == cluster, LackRow.node == hello.node)
    return session.scalar(lacking.limit(1)) is not None


def _documents(session: Session, cluster: str) -> dict[str, int]:
    """Return the versions of a cluster's documents, without those of ports that are gone."""
    query = select(DocumentRow.port_id, DocumentRow.version).where(
        DocumentRow.cluster == cluster, DocumentRow.is_gone.is_(False)
    )
    return {row.port_id: row.version for row in session.execute(query)}


def _ask(context: RequestContext, cluster: str, node: str) -> None:
    try:
        context.cloud.bus.broadcast(
            Message(f"{ASK}.{node}", {}), cluster=cluster, timeout_s=_TIMEOUT_S
        )
    except BusUnavailable as cause:  # it will say hello again
        log.warning("a node is not asked: %s", cause, extra={"cluster": cluster, "node": node})


def hear_known(context: RequestContext, messages: Sequence[Message]) -> None:
    """Write down what nodes lack of what they should know."""
    for message in messages:
        try:
            answer = known_of(message.payload)
        except Senseless as cause:
            _warn(message, cause)
            continue
        with context.reading() as session:
            should = {
                port_id: version
                for port_id, version in _documents(session, message.sender).items()
                if answer.has(port_id)
            }
        lacks = {
            port_id: answer.known.get(port_id, 0)
            for port_id in should.keys() | answer.known.keys()
            if port_id not in should or should[port_id] > answer.known.get(port_id, 0)
        }
        _write_down(context, message.sender, answer.node, lacks)


def _write_down(context: RequestContext, cluster: str, node: str, lacks: Mapping[str, int]) -> None:
    if not lacks:
        return
    log.info("a node lacks documents", extra={"node": node, "number": len(lacks)})
    theirs = {"cluster": cluster, "node": node}
    rows = [{**theirs, "port_id": port_id, "known": version} for port_id, version in lacks.items()]
    with context.unit_of_work() as session:
        session.execute(
            delete(LackRow).where(
                LackRow.cluster == cluster, LackRow.node == node, among(LackRow.port_id, lacks)
            )
        )
        session.execute(insert(LackRow), rows)


def _warn(message: Message, cause: Senseless) -> None:
    log.warning(
        "a node says what can't be: %s",
        cause,
        extra={"topic": message.topic, "sender": message.sender},
    )


LISTENERS = (Listener(HELLO, hear_hellos), Listener(KNOWN, hear_known))
