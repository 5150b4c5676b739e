# SPDX-License-Identifier: Apache-2.0
"""What a server costs: CYC-040 to CYC-044, memory and disk in bytes.

``cyclades.cpu`` and ``ram`` count servers that are not stopped, failed ones included;
the hidden totals count all (SEM-007). While a resize is not decided the larger of both sizes counts;
the original charged the difference when the resize began, and had nothing to decide (CYC-043).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Case, Integer, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from synnefo_compute.models import ServerRow
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage

MIB, GIB = 2**20, 2**30

RESOURCES = (
    QuotaResource("cyclades.vm", "Servers", user_default=20, project_default=200),
    QuotaResource("cyclades.cpu", "Processors of servers that are not stopped", user_default=40),
    QuotaResource(
        "cyclades.ram", "Memory of servers that are not stopped", "bytes", user_default=80 * GIB
    ),
    QuotaResource("cyclades.total_cpu", "Processors of all servers", is_shown=False),
    QuotaResource("cyclades.total_ram", "Memory of all servers", "bytes", is_shown=False),
    QuotaResource("cyclades.disk", "Disks of servers", "bytes", user_default=1000 * GIB),
)


def of_activity(row: ServerRow, sign: int = 1) -> list[Charge]:
    """Return what a server costs only while it is not stopped; ``sign`` -1 gives back."""
    return [
        Charge(row.project_id, row.user_id, "cyclades.cpu", sign * _vcpus(row)),
        Charge(row.project_id, row.user_id, "cyclades.ram", sign * _ram_mib(row) * MIB),
    ]


def of_server(row: ServerRow, sign: int = 1) -> list[Charge]:
    """Return what a server costs now; ``sign`` -1 gives everything back."""
    always = {
        "cyclades.vm": 1,
        "cyclades.total_cpu": _vcpus(row),
        "cyclades.total_ram": _ram_mib(row) * MIB,
        "cyclades.disk": max(row.disk_gib, row.held_disk_gib) * GIB,
    }
    charges = [Charge(row.project_id, row.user_id, name, sign * n) for name, n in always.items()]
    return charges + (of_activity(row, sign) if row.is_active_charged else [])


def _vcpus(row: ServerRow) -> int:
    return max(row.vcpus, row.held_vcpus)


def _ram_mib(row: ServerRow) -> int:
    return max(row.ram_mib, row.held_ram_mib)


def difference(before: Sequence[Charge], after: Sequence[Charge]) -> list[Charge]:
    """Return what is to be charged, or given back, for one cost to become another one."""
    amounts = {charge.resource: charge.amount for charge in before}
    changes = [replace(each, amount=each.amount - amounts[each.resource]) for each in after]
    return [change for change in changes if change.amount]


def usage(context: RequestContext) -> Iterable[Usage]:
    """Count all servers by their rows."""
    active = cast(ServerRow.is_active_charged, Integer)
    vcpus = _larger(ServerRow.vcpus, ServerRow.held_vcpus)
    ram_mib = _larger(ServerRow.ram_mib, ServerRow.held_ram_mib)
    query = (
        select(
            ServerRow.project_id,
            ServerRow.user_id,
            func.count(),
            func.sum(vcpus * active),
            func.sum(ram_mib * active),
            func.sum(vcpus),
            func.sum(ram_mib),
            func.sum(_larger(ServerRow.disk_gib, ServerRow.held_disk_gib)),
        )
        .where(ServerRow.is_deleted.is_(False))
        .group_by(ServerRow.project_id, ServerRow.user_id)
    )
    with context.reading() as session:
        for project_id, user_id, *sums in session.execute(query):
            yield from _counted(project_id, user_id, sums)


def _larger(own: InstrumentedAttribute[int], held: InstrumentedAttribute[int]) -> Case[int]:
    return case((held > own, held), else_=own)


def _counted(project_id: str, user_id: str, sums: Sequence[int]) -> Iterable[Usage]:
    for resource, amount, unit in zip(RESOURCES, sums, (1, 1, MIB, 1, MIB, GIB), strict=True):
        if amount:
            yield Usage(project_id, user_id, resource.name, int(amount) * unit)


def things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the servers that cost something of a resource."""
    if resource not in {known.name for known in RESOURCES}:
        return
    query = select(ServerRow).where(
        ServerRow.project_id == project_id, ServerRow.is_deleted.is_(False)
    )
    with context.reading() as session:
        for row in session.scalars(query):
            amount = sum(c.amount for c in of_server(row) if c.resource == resource)
            if amount:
                yield Thing(project_id, row.user_id, resource, amount, "server", row.id, row.name)
