# SPDX-License-Identifier: Apache-2.0
"""Glance's names of fields and ours."""

FIELDS = {
    "name": "name",
    "owner": "owner",
    "visibility": "visibility",
    "protected": "is_protected",
    "os_hidden": "is_hidden",
    "min_disk": "min_disk_gib",
    "min_ram": "min_ram_mib",
    "disk_format": "disk_format",
    "container_format": "container_format",
    "tags": "tags",
}

OBJECT = "synnefo_object"
"""The property by which a client names the object that becomes the image."""
