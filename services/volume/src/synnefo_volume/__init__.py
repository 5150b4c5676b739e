# SPDX-License-Identifier: Apache-2.0
"""Volumes: disks that live longer than servers, and their types."""

from synnefo_volume.qos import (
    CONSUMERS,
    associate_qos,
    create_qos,
    delete_qos,
    disassociate_qos,
    disassociate_qos_everywhere,
    list_qos,
    list_qos_types,
    merge_qos,
    remove_qos_specs,
    show_qos,
)
from synnefo_volume.type_access import (
    allow_type,
    forbid_type,
    list_default_types,
    list_type_access,
    set_default_type,
    show_default_type,
    unset_default_type,
)
from synnefo_volume.type_specs import merge_type_specs, remove_type_spec
from synnefo_volume.types import (
    create_type,
    default_type,
    delete_type,
    list_types,
    resolve as resolve_type,
    show_type,
    update_type,
)
from synnefo_volume.values import Qos, VolumeType

__all__ = [
    "CONSUMERS",
    "Qos",
    "VolumeType",
    "allow_type",
    "associate_qos",
    "create_qos",
    "create_type",
    "default_type",
    "delete_qos",
    "delete_type",
    "disassociate_qos",
    "disassociate_qos_everywhere",
    "forbid_type",
    "list_default_types",
    "list_qos",
    "list_qos_types",
    "list_type_access",
    "list_types",
    "merge_qos",
    "merge_type_specs",
    "remove_qos_specs",
    "remove_type_spec",
    "resolve_type",
    "set_default_type",
    "show_default_type",
    "show_qos",
    "show_type",
    "unset_default_type",
    "update_type",
]
