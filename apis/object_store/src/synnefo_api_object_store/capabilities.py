# SPDX-License-Identifier: Apache-2.0
"""What ``/info`` tells: the limits that hold, and no feature that is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synnefo_api_object_store.views.container import POLICY
from synnefo_core import __version__
from synnefo_core.cloud import Cloud
from synnefo_object_store import limits


def document(cloud: Cloud) -> Callable[[str], tuple[int, Any]]:
    """Return the function that answers ``/info``.

    Source: OpenStack API reference, object storage, "List activated capabilities".
    """
    capabilities = {
        "swift": {
            "version": __version__,
            "account_autocreate": True,
            "account_listing_limit": limits.ACCOUNT_LISTING,
            "allow_account_management": False,
            "container_listing_limit": limits.CONTAINER_LISTING,
            "max_account_name_length": limits.ACCOUNT_NAME_BYTES,
            "max_container_name_length": limits.CONTAINER_NAME_BYTES,
            "max_file_size": cloud.config.object_store.max_object_bytes,
            "max_header_size": limits.HEADER_VALUE_BYTES,
            "max_meta_count": limits.META_COUNT,
            "max_meta_name_length": limits.META_NAME_BYTES,
            "max_meta_overall_size": limits.META_TOTAL_BYTES,
            "max_meta_value_length": limits.META_VALUE_BYTES,
            "max_object_name_length": limits.OBJECT_NAME_BYTES,
            "policies": [{"name": POLICY, "aliases": POLICY, "default": True}],
            "valid_api_versions": ["v1"],
        }
    }
    return lambda _base: (200, capabilities)
