# SPDX-License-Identifier: Apache-2.0
"""What operators add to the catalog: regions, services and endpoints beside those installed."""

from synnefo_identity.catalog.endpoints import (
    create as create_endpoint,
    delete as delete_endpoint,
    index as list_endpoints,
    show as show_endpoint,
    update as update_endpoint,
)
from synnefo_identity.catalog.offers import Offers, offered
from synnefo_identity.catalog.regions import (
    create as create_region,
    delete as delete_region,
    index as list_regions,
    show as show_region,
    update as update_region,
)
from synnefo_identity.catalog.services import (
    create as create_service,
    delete as delete_service,
    index as list_services,
    show as show_service,
    update as update_service,
)

__all__ = [
    "Offers",
    "create_endpoint",
    "create_region",
    "create_service",
    "delete_endpoint",
    "delete_region",
    "delete_service",
    "list_endpoints",
    "list_regions",
    "list_services",
    "offered",
    "show_endpoint",
    "show_region",
    "show_service",
    "update_endpoint",
    "update_region",
    "update_service",
]
