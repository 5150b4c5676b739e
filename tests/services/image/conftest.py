# SPDX-License-Identifier: Apache-2.0
"""Objects and images to work with."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

import synnefo_image as service
import synnefo_object_store as objects

CONTENT = b"a disk" * 1000


def put_object(context, name="disk", content=CONTENT, container="disks"):
    objects.create_container(context, context.project_id, container, {})
    return objects.put_object(
        context,
        context.project_id,
        container,
        name,
        read=io.BytesIO(content).read,
        incoming=objects.Incoming("application/octet-stream", size_bytes=len(content)),
    )


@pytest.fixture
def stranger(member):
    return replace(member, user_id="u2", project_id="p2")


@pytest.fixture
def admin(member):
    return replace(member, user_id="boss", project_id="p0", roles=frozenset({"admin", "member"}))


@pytest.fixture
def queued(member):
    spec = service.ImageSpec(name="empty", disk_format="raw", container_format="bare")
    return service.create(member, spec)


@pytest.fixture
def active(member):
    put_object(member)
    spec = service.ImageSpec(
        name="disk",
        disk_format="raw",
        container_format="bare",
        location=service.Location("p1", "disks", "disk"),
    )
    return service.create(member, spec)
