# SPDX-License-Identifier: Apache-2.0
"""Several servers of one request: all of them in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synnefo_backends import NoRoomAnywhere
from synnefo_compute import first_disks
from synnefo_compute.servers import ServerSpec, create_server
from synnefo_compute.values import Server
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, QuotaExceeded


def create_servers(
    context: RequestContext, spec: ServerSpec, *, least: int, most: int
) -> Sequence[Server]:
    """Reserve what as many alike servers need as there is quota and room for.

    Args:
        context: Whose servers they are to be.
        spec: What each is to be; of several, the names end with ``-1``, ``-2`` and so on.
        least: With fewer there are none.
        most: More are not made.

    Raises:
        Invalid: There are to be several with one port or address.
        InvalidField: The flavor, image or keypair is not there or does not fit.
        NoRoomAnywhere: The clusters take fewer than the least.
        QuotaExceeded: There is not enough left for the least.
    """
    if most > 1 and any(nic.port_id or nic.fixed_ip for nic in spec.nics or ()):
        msg = "several servers can't have one port or one address"
        raise Invalid(msg)
    if most > 1 and any(disk.source == first_disks.VOLUME for disk in spec.disks):
        msg = "several servers can't have one volume"
        raise Invalid(msg)
    count = most
    while True:
        made: list[Server] = []
        try:
            _make(context, spec, count, made)
        except (NoRoomAnywhere, QuotaExceeded) as error:
            if count == least:
                raise
            count = max(least, min(_fitting(error, len(made)), count - 1))
        else:
            return made


def _make(context: RequestContext, spec: ServerSpec, count: int, made: list[Server]) -> None:
    """Make all of them or none; ``made`` tells how far that got."""
    with context.unit_of_work():
        for each in _specs(spec, count):
            made.append(create_server(context, each))  # noqa: PERF401  # told also when it fails


def _fitting(error: NoRoomAnywhere | QuotaExceeded, made: int) -> int:
    """Return how many servers may fit where so many did not; all may have been asked for at once."""
    if isinstance(error, NoRoomAnywhere):
        return made
    return max(0, error.left) * made // max(1, error.asked)


def _specs(spec: ServerSpec, count: int) -> Sequence[ServerSpec]:
    if count == 1:
        return [spec]
    return [_numbered(spec, number) for number in range(1, count + 1)]


def _numbered(spec: ServerSpec, number: int) -> ServerSpec:
    hostname = f"{spec.hostname}-{number}" if spec.hostname else ""
    return replace(spec, name=f"{spec.name}-{number}", hostname=hostname)
