# SPDX-License-Identifier: Apache-2.0
"""What gabbi can't see: raw bytes, and what is not there."""

from __future__ import annotations

import os

import pytest

import synnefo_quota
from synnefo_core.context import for_worker
from synnefo_core.testing import http

CONTENT = bytes(range(256)) * 40_000  # more than two blocks


@pytest.fixture(scope="module")
def cloud():
    fixture = http.CloudFixture()
    fixture.start_fixture()
    yield fixture
    fixture.stop_fixture()


def call(cloud, method, path, *, who="DEMO", **more):
    token = os.environ[f"{who}_TOKEN"]
    return http.call(cloud.application, method, f"/image/v2{path}", token=token, **more)


@pytest.fixture
def image(cloud):
    body = {"name": "disk", "disk_format": "raw", "container_format": "bare"}
    return call(cloud, "POST", "/images", body=body).json_body["id"]


def upload(cloud, image, content=CONTENT):
    headers = {"Content-Type": "application/octet-stream"}
    return call(cloud, "PUT", f"/images/{image}/file", body=content, headers=headers)


def test_the_bytes_that_went_in_come_out(cloud, image):
    assert 204 == upload(cloud, image).status_int

    response = call(cloud, "GET", f"/images/{image}/file")

    assert CONTENT == response.body


@pytest.mark.parametrize(
    "asked, expected",
    [("bytes=0-0", CONTENT[:1]), ("bytes=4194300-4194310", CONTENT[4194300:4194311])],
)
def test_a_range_is_what_it_says(cloud, image, asked, expected):
    upload(cloud, image)

    response = call(cloud, "GET", f"/images/{image}/file", headers={"Range": asked})

    assert (206, expected) == (response.status_int, response.body)


def test_a_body_that_breaks_off_leaves_the_image_queued(cloud, image):
    headers = {"Content-Type": "application/octet-stream", "Content-Length": "1000"}

    response = call(cloud, "PUT", f"/images/{image}/file", body=b"short", headers=headers)

    assert 400 == response.status_int
    assert "queued" == call(cloud, "GET", f"/images/{image}").json_body["status"]


def test_only_its_owner_learns_where_an_image_came_from(cloud, image):
    upload(cloud, image)
    patch = b'[{"op": "replace", "path": "/visibility", "value": "community"}]'
    headers = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    call(cloud, "PATCH", f"/images/{image}", body=patch, headers=headers)

    seen = {
        who: call(cloud, "GET", f"/images/{image}", who=who).json_body for who in ("DEMO", "OTHER")
    }

    assert "SNF:location" in seen["DEMO"]
    assert "SNF:location" not in seen["OTHER"]
    assert seen["DEMO"]["checksum"] == seen["OTHER"]["checksum"]


def test_more_than_is_left_is_too_large(cloud, image):
    project = os.environ["DEMO_PROJECT"]
    holder = f"project:{project}"
    context = for_worker(cloud.cloud)
    before = synnefo_quota.left(context, project, "pithos.diskspace").limit
    synnefo_quota.set_limit(context, holder=holder, resource="pithos.diskspace", limit=0)

    response = upload(cloud, image)

    synnefo_quota.set_limit(context, holder=holder, resource="pithos.diskspace", limit=before)
    assert 413 == response.status_int
