# SPDX-License-Identifier: Apache-2.0
"""Apache Libcloud against object storage."""

from __future__ import annotations

import io

import pytest
from libcloud.storage.providers import get_driver
from libcloud.storage.types import Provider

pytestmark = pytest.mark.system


@pytest.fixture(params=["3.x_password", "3.x_appcred"])
def driver(request, desk, credential):
    """The driver, logged in one way or the other; it adds /v3 to the address itself."""
    login = desk.environment
    who = {
        "3.x_password": (login["OS_USERNAME"], login["OS_PASSWORD"]),
        "3.x_appcred": (
            credential["OS_APPLICATION_CREDENTIAL_ID"],
            credential["OS_APPLICATION_CREDENTIAL_SECRET"],
        ),
    }
    return get_driver(Provider.OPENSTACK_SWIFT)(
        *who[request.param],
        region=login["OS_REGION_NAME"],
        ex_force_auth_url=login["OS_AUTH_URL"].removesuffix("/v3"),
        ex_force_auth_version=request.param,
        ex_tenant_name=login["OS_PROJECT_NAME"],
        ex_domain_name="Default",
        ex_force_service_type="object-store",
    )


def test_objects_go_up_and_come_back(driver, desk):
    large, small = desk.files / "large", desk.files / "ünïcödé/αβγ#?'☃"
    container = driver.create_container("libcloud")
    driver.upload_object(str(large), container, "with spaces/lärge")
    driver.upload_object_via_stream(io.BytesIO(small.read_bytes()), container, "small")

    found = driver.get_object("libcloud", "with spaces/lärge")
    driver.download_object(found, str(desk.folder / "back"))
    streamed = b"".join(driver.download_object_as_stream(driver.get_object("libcloud", "small")))

    assert large.read_bytes() == (desk.folder / "back").read_bytes()
    assert small.read_bytes() == streamed
    named = [each.name for each in driver.iterate_container_objects(container, prefix="with ")]
    assert ["with spaces/lärge"] == named
    assert all(each.delete() for each in container.list_objects())
    assert container.delete()
