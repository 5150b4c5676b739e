# SPDX-License-Identifier: Apache-2.0
"""Consoles and displays, as the cluster tells of them."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backend_ganeti.rapi.records import Record


@dataclass(frozen=True)
class Console:
    """What Ganeti recommends to get at an instance: ``kind`` is vnc, spice, ssh or msg.

    For vnc and spice, ``host`` is the address that the display is bound to, which may be that
    of all the node's addresses.
    """

    kind: str
    host: str | None
    port: int | None


@dataclass(frozen=True)
class Display:
    """The VNC display of an instance, whatever Ganeti recommends.

    Attributes:
        status: As in :class:`~synnefo_backend_ganeti.rapi.instances.Instance`.
        node: Where it runs.
        bound_to: The address there; None where the hypervisor has no displays or this has none.
        port: None likewise.
    """

    status: str | None
    node: str
    bound_to: str | None
    port: int | None


def console_from(record: Record) -> Console:
    """Read the answer to a GET of a console."""
    return Console(record.text("kind"), record.maybe_text("host"), record.maybe_integer("port"))


def display_from(record: Record) -> Display:
    """Read the answer to a GET of an instance."""
    return Display(
        status=record.maybe_text("status"),
        node=record.maybe_text("pnode") or "",
        bound_to=record.record("hvparams").maybe_text("vnc_bind_address") or None,
        port=record.maybe_integer("network_port"),
    )
