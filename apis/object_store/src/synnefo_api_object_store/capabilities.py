# SPDX-License-Identifier: Apache-2.0
"""What ``/info`` tells: the limits that hold, and no feature that is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synnefo_api_object_store.views.container import POLICY
from synnefo_core import __version__
from synnefo_core.cloud import Cloud
from synnefo_object_store import LIMITS


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
        "container_quotas": {},
        "object_versioning": {},
        "versioned_writes": {"allowed_flags": ["x-versions-location", "x-history-location"]},
    }
    return lambda _base: (200, capabilities)
