# SPDX-License-Identifier: Apache-2.0
"""Which versions are spoken, and the documents that tell clients so."""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import MicroversionRange, Version
from synnefo_core.wsgi.microversions import text

PREFIX = "/compute/v2.1"
LEGACY = "/compute/v2"
"""Where clients of before microversions look for the same."""

# The first microversion with each thing in which the versions differ here.
KEYPAIR_TYPES = (2, 2)
MORE_ATTRIBUTES = (2, 3)
IPV6_FOR_ALL = (2, 5)
REMOTE_CONSOLES = (2, 6)
MKS = (2, 8)
LOCKED = (2, 9)
KEYPAIRS_OF_OTHERS = (2, 10)
FORCED_DOWN = (2, 11)
GROUP_OWNERS = (2, 13)
SOFT_GROUPS = (2, 15)
HOST_STATUS = (2, 16)
DESCRIPTION = (2, 19)
ACTIONS_OF_DELETED = (2, 21)
MIGRATION_TYPES = (2, 23)
AUTOMATIC_MIGRATION = (2, 25)
TAGS = (2, 26)
CPU_OBJECTS = (2, 28)
FORCED_MIGRATION = (2, 30)
DEVICE_TAGS = (2, 32)
NO_BLOCK_TAGS = HYPERVISOR_PAGES = (2, 33)
KEYPAIR_PAGES = (2, 35)
NO_NETWORK_PROXIES = NO_IMAGE_PROXIES = NO_NETWORK_QUOTAS = (2, 36)
NETWORK_POLICIES = (2, 37)
KNOWN_STATUSES = (2, 38)
NO_IMAGE_LIMIT = (2, 39)
USAGE_PAGES = (2, 40)
AGGREGATE_UUIDS = (2, 41)
DEVICE_TAGS_AGAIN = (2, 42)
NO_ADDRESS_ACTIONS = (2, 44)
IMAGE_ID_IN_ANSWER = (2, 45)
EMBEDDED_FLAVOR = (2, 47)
DIAGNOSTICS = (2, 48)
TAGGED_INTERFACES = TAGGED_VOLUMES = (2, 49)
EVENTS_FOR_ALL = (2, 51)
TAGS_OF_NEW = (2, 52)
HYPERVISOR_SERVERS = SERVICE_IDS = (2, 53)
KEY_AT_REBUILD = (2, 54)
FLAVOR_DESCRIPTION = (2, 55)
MIGRATION_TO_HOST = (2, 56)
NO_PERSONALITY = (2, 57)
ACTION_PAGES = (2, 58)
MIGRATION_PAGES = (2, 59)
FLAVOR_SPECS = (2, 61)
EVENT_HOSTS = (2, 62)
CERTIFICATES = (2, 63)
GROUP_RULES = (2, 64)
CHANGES_BEFORE = (2, 66)
VOLUME_TYPES = (2, 67)
NO_FORCED_MIGRATION = (2, 68)
TAGS_OF_INTERFACES = TAGS_OF_VOLUMES = (2, 70)
GROUP_OF_SERVER = (2, 71)
LOCK_REASON = (2, 73)
HOST_OF_NEW = (2, 74)
STRICT = (2, 75)
TOPOLOGY = (2, 78)
TERMINATION = (2, 79)
MIGRATION_OWNERS = (2, 80)
IMAGE_CACHE = (2, 81)
FILTERS_FOR_ALL = (2, 83)
EVENT_DETAILS = (2, 84)
CHANGED_TERMINATION = (2, 85)
NO_FIGURES = (2, 88)
ATTACHMENT_IDS = (2, 89)
HOSTNAME = (2, 90)
KEYS_OF_OWN = (2, 92)
FULL_HOSTNAME = (2, 94)
PINNED_ZONE = (2, 96)
SHARES = (2, 97)
IMAGE_PROPERTIES = (2, 98)
SPICE_DIRECT = (2, 99)
HINTS = (2, 100)

NEVER = (9999, 0)
"""What nothing begins or ends with."""

RANGE = MicroversionRange(
    service="compute",
    minimum=(2, 1),
    maximum=HINTS,
    legacy_header="X-OpenStack-Nova-API-Version",
)


def before(version: Version) -> Version:
    """Return the last microversion before another one."""
    return version[0], version[1] - 1


def _document(base: str) -> dict[str, Any]:
    return {
        "id": "v2.1",
        "status": "CURRENT",
        "version": text(RANGE.maximum),
        "min_version": text(RANGE.minimum),
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": f"{base}{PREFIX}/"}],
    }


def _legacy(base: str) -> dict[str, Any]:
    return {
        "id": "v2.0",
        "status": "SUPPORTED",
        "version": "",
        "min_version": "",
        "updated": "2011-01-21T11:33:21Z",
        "links": [{"rel": "self", "href": f"{base}{LEGACY}/"}],
    }


def choices(base: str) -> tuple[int, Any]:
    """Return the document of ``GET /compute``."""
    return 200, {"versions": [_legacy(base), _document(base)]}


def show(context: RequestContext) -> dict[str, Any]:
    """Return the document of ``GET /compute/v2.1``."""
    media = {"base": "application/json", "type": "application/vnd.openstack.compute+json"}
    document = _document(context.cloud.public_url)
    return {
        "version": {**document, "media-types": [{**media, "type": f"{media['type']};version=2.1"}]}
    }
