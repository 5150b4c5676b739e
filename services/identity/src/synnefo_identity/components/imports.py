# SPDX-License-Identifier: Apache-2.0
"""Taking services that components have written down into the catalog and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, InvalidField
from synnefo_identity.catalog import endpoints, offers
from synnefo_identity.catalog.values import Installed, Service
from synnefo_identity.components.components import row_of
from synnefo_identity.components.exports import URLS, Described
from synnefo_identity.models import ComponentRow, EndpointRow, ServiceRow


def take(context: RequestContext, described: Iterable[Described]) -> Sequence[Service]:
    """Take services in, all or none; one that is there becomes what it is described as.

    Resources are counted from then on; nobody has any before limits are set.

    Raises:
        NotFound: A component is not there: it has to be added first.
        Conflict: A service is another component's, or somebody else counts a resource.
        InvalidField: Nobody can tell where an endpoint is.
    """
    with context.unit_of_work() as session:
        taken = [_take(context, session, each) for each in described]
        offers.note(context, session)
        return taken


def _take(context: RequestContext, session: Session, described: Described) -> Service:
    component = row_of(session, described.component, is_locked=True)
    row = _row(session, component, described.name)
    row.type, row.is_public = described.type, described.is_public
    row.component_id = component.id
    session.add(row)
    session.flush()
    session.execute(delete(EndpointRow).where(EndpointRow.service_id == row.id))
    region = context.cloud.config.region
    installed = Installed(regions=frozenset({region}))
    made = [
        endpoints.create(context, {**values, "service_id": row.id, "region_id": region}, installed)
        for values in _endpoints(component, described)
    ]
    synnefo_quota.declared.declare(
        context, component.id, f"component {component.name}", described.resources
    )
    return Service.of(row, tuple(made))


def _row(session: Session, component: ComponentRow, name: str) -> ServiceRow:
    """Return the row of a component's service, a new one when it has none of this name."""
    found = session.scalars(select(ServiceRow).where(ServiceRow.name == name).limit(2)).all()
    if not found:
        return ServiceRow(name=name, extra={})
    if len(found) > 1 or found[0].component_id != component.id:
        msg = f"there is a service {name} already, which is not of {component.name}"
        raise Conflict(msg)
    return found[0]


def _endpoints(component: ComponentRow, described: Described) -> Iterator[dict[str, object]]:
    """Yield the attributes of a service's endpoints, one for each kind of caller."""
    for told in described.endpoints:
        rest = {key: value for key, value in told.items() if key not in URLS}
        urls = {key: told[key] for key in URLS if told.get(key)}
        for key, url in (urls or {"publicURL": _below(component, described, told)}).items():
            yield {**rest, "interface": URLS[key], "url": url}


def _below(component: ComponentRow, described: Described, told: Mapping[str, str | None]) -> str:
    if not component.base_url:
        field = f"{described.name}.endpoints.publicURL"
        raise InvalidField(field, f"must be said: the component {component.name} has no base URL")
    parts = (component.base_url.rstrip("/"), described.prefix.strip("/"), told.get("versionId"))
    return "/".join(part for part in parts if part)
