# SPDX-License-Identifier: Apache-2.0
"""The OpenStack client against object storage."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.system


def test_objects_come_back_with_their_metadata(credential_desk):
    desk = credential_desk
    desk.run("openstack container create openstack")
    desk.run("openstack object create openstack files/block files/large")
    desk.run("openstack object set --property Colour=blue openstack files/large")

    desk.run("openstack object save --file back openstack files/large")

    assert (desk.files / "large").read_bytes() == (desk.folder / "back").read_bytes()
    assert "Colour='blue'" in desk.run("openstack object show openstack files/large")
    assert ["files/block", "files/large"] == desk.objects("openstack")
    desk.run("openstack container delete --recursive openstack")
    assert not desk.has("openstack")
