# SPDX-License-Identifier: Apache-2.0
"""What ``/info`` tells: the limits that hold, and no feature that is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synnefo_api_object_store.extractions import MOST_FAILURES
from synnefo_api_object_store.handlers.bulk import MOST_REMOVALS
from synnefo_api_object_store.signed import METHODS
from synnefo_api_object_store.views.container import POLICY
from synnefo_core import __version__
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Reply
from synnefo_object_store import ALGORITHMS, LIMITS, MANIFEST_LIMITS, MOST_SEGMENTS, MOST_STEPS


def document(cloud: Cloud) -> Callable[[str], tuple[int, Any]]:
    """Return the function that answers ``/info``.

    Source: OpenStack API reference, object storage, "List activated capabilities".
    """
    capabilities = {
        "swift": {
            "version": __version__,
            "account_autocreate": True,
            "account_listing_limit": LIMITS.account_listing,
            "allow_account_management": False,
            "container_listing_limit": LIMITS.container_listing,
            "max_account_name_length": LIMITS.account_name_bytes,
            "max_container_name_length": LIMITS.container_name_bytes,
            "max_file_size": cloud.config.object_store.max_object_bytes,
            "max_header_size": LIMITS.header_value_bytes,
            "max_meta_count": LIMITS.meta_count,
            "max_meta_name_length": LIMITS.meta_name_bytes,
            "max_meta_overall_size": LIMITS.meta_total_bytes,
            "max_meta_value_length": LIMITS.meta_value_bytes,
            "max_object_name_length": LIMITS.object_name_bytes,
            "policies": [{"name": POLICY, "aliases": POLICY, "default": True}],
            "valid_api_versions": ["v1"],
        },
        "account_quotas": {},
        "bulk_delete": {
            "max_deletes_per_request": MOST_REMOVALS,
            "max_failed_deletes": MOST_REMOVALS,
        },
        "bulk_upload": {
            "max_containers_per_extraction": 10000,
            "max_failed_extractions": MOST_FAILURES,
        },
        "container_quotas": {},
        "crossdomain": {},
        "dlo": {"max_segments": MOST_SEGMENTS},
        "formpost": {"allowed_digests": list(ALGORITHMS)},
        "object_versioning": {},
        "slo": {
            "max_manifest_segments": MANIFEST_LIMITS.segments,
            "max_manifest_size": MANIFEST_LIMITS.bytes,
            "min_segment_size": 1,
            "yield_frequency": 0,
        },
        "staticweb": {},
        "symlink": {"symloop_max": MOST_STEPS, "static_links": True},
        "tempurl": {
            "methods": list(METHODS),
            "allowed_digests": list(ALGORITHMS),
            "incoming_remove_headers": [],
            "incoming_allow_headers": [],
            "outgoing_remove_headers": ["x-object-meta-*"],
            "outgoing_allow_headers": ["x-object-meta-public-*"],
        },
        "versioned_writes": {"allowed_flags": ["x-versions-location", "x-history-location"]},
    }
    return lambda _base: (200, capabilities)


def cross_domain(cloud: Cloud) -> Callable[[str], tuple[int, Any]]:
    """Return the function that answers ``/crossdomain.xml``."""
    lines = "\n".join(cloud.config.object_store.cross_domain_policy)
    page = (
        '<?xml version="1.0"?>\n<!DOCTYPE cross-domain-policy SYSTEM '
        '"http://www.adobe.com/xml/dtds/cross-domain-policy.dtd" >\n'
        f"<cross-domain-policy>\n{lines}\n</cross-domain-policy>"
    )
    return lambda _base: (200, Reply(page.encode(), 200, {}, "application/xml"))
