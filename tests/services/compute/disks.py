# SPDX-License-Identifier: Apache-2.0
"""Images for servers to be made of, and flavors whose disks are in a store of the cloud's."""

import io

import synnefo_compute
import synnefo_image
import synnefo_object_store


def registered(member, content=b"x", properties=None) -> str:
    """Store a disk as a file of the member's, register it as an image, and return that one's id."""
    synnefo_object_store.create_container(member, member.project_id, "disks", {})
    synnefo_object_store.put_object(
        member,
        member.project_id,
        "disks",
        "disk",
        read=io.BytesIO(content).read,
        incoming=synnefo_object_store.Incoming("application/octet-stream", size_bytes=len(content)),
    )
    spec = synnefo_image.ImageSpec(
        name="disk",
        disk_format="raw",
        container_format="bare",
        location=synnefo_image.Location(member.project_id, "disks", "disk"),
        properties=properties or {},
    )
    return synnefo_image.create(member, spec).id


def add_thin_flavor(context, name="thin", *, vcpus=1, ram_mib=512, disk_gib=5) -> str:
    """Add a flavor whose disks are volumes, and return its id."""
    synnefo_compute.create_flavor(
        context,
        flavor_id=name,
        name=name,
        vcpus=vcpus,
        ram_mib=ram_mib,
        disk_gib=disk_gib,
        disk_template="ext",
    )
    return name
