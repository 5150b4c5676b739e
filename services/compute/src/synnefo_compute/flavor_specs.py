# SPDX-License-Identifier: Apache-2.0
"""What administrators say of flavors besides their sizes: words with values.

They are kept and shown; two have a meaning here: ``SNF:disk_template`` is the kind of disk that new
servers get, and ``aggregate_instance_extra_specs:WORD`` what must be said of the clusters that they
go to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from synnefo_compute import flavors
from synnefo_compute.models import FlavorRow, FlavorSpecRow
from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import NotFound

DISK_TEMPLATE = "SNF:disk_template"
OF_AGGREGATES = "aggregate_instance_extra_specs:"

_spec: Table = FlavorSpecRow.__table__  # type: ignore[assignment]  # declared as FromClause
_SPECS = Prepared(
    select(_spec.c.name, _spec.c.value).where(_spec.c.flavor_id == bindparam("flavor"))
)


def listing(context: RequestContext, flavor_id: str) -> Mapping[str, str]:
    """Return all that is said of a flavor.

    Raises:
        NotFound: There is no flavor of this id that the caller may use.
    """
    with context.reading() as session:
        flavors.show(context, flavor_id)
        return of(session, [flavor_id])[flavor_id]


def of(session: Session, flavor_ids: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """Return what is said of each of these flavors, those without anything too."""
    ids = list(flavor_ids)
    found: dict[str, dict[str, str]] = {flavor_id: {} for flavor_id in ids}
    templates = select(FlavorRow.id, FlavorRow.disk_template).where(
        FlavorRow.id.in_(ids), FlavorRow.disk_template != ""
    )
    for flavor_id, template in session.execute(templates):
        found[flavor_id][DISK_TEMPLATE] = template
    for row in session.scalars(select(FlavorSpecRow).where(FlavorSpecRow.flavor_id.in_(ids))):
        found[row.flavor_id][row.name] = row.value
    return found


def known(context: RequestContext, flavor_ids: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """Return what is said of each of some flavors of which the caller knows."""
    with context.reading() as session:
        return of(session, flavor_ids)


def of_aggregates(session: Session, flavor_id: str) -> Mapping[str, str]:
    """Return what a flavor asks of the words that are said of clusters, by the word."""
    return {
        row.name.removeprefix(OF_AGGREGATES): row.value
        for row in _SPECS.all(session, {"flavor": flavor_id})
        if row.name.startswith(OF_AGGREGATES)
    }


def merge(context: RequestContext, flavor_id: str, specs: Mapping[str, str]) -> None:
    """Say something of a flavor; what is not named stays.

    Raises:
        NotFound: There is no such flavor.
    """
    with context.unit_of_work() as session:
        row = flavors.there(session, flavor_id)
        for name, value in specs.items():
            if name == DISK_TEMPLATE:
                row.disk_template = value
            else:
                session.merge(FlavorSpecRow(flavor_id=flavor_id, name=name, value=value))


def remove(context: RequestContext, flavor_id: str, name: str) -> None:
    """Say something of a flavor no longer.

    Raises:
        NotFound: There is no such flavor, or it was not said of it.
    """
    with context.unit_of_work() as session:
        row = flavors.there(session, flavor_id)
        spec = session.get(FlavorSpecRow, (flavor_id, name))
        if name == DISK_TEMPLATE and row.disk_template:
            row.disk_template = ""
        elif spec is not None:
            session.delete(spec)
        else:
            noun = f"extra spec of the flavor {flavor_id}"
            raise NotFound(noun, name)
