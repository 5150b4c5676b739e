# SPDX-License-Identifier: Apache-2.0
"""rclone against object storage."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.system

OFFSET = 4194300


@pytest.mark.usefixtures("programs")
def test_folders_are_kept_copied_and_moved(desk):
    desk.run("rclone sync --swift-chunk-size 6M files cloud:rclone")
    desk.run("rclone check --download files cloud:rclone")
    part = desk.output("rclone cat --offset 4194300 --count 10 cloud:rclone/large")
    desk.run("rclone copy cloud:rclone cloud:rclone-copy")
    desk.run("rclone move cloud:rclone-copy cloud:rclone-moved/below")
    desk.run("rclone check --download files cloud:rclone-moved/below")

    assert (desk.files / "large").read_bytes()[OFFSET : OFFSET + 10] == part
    assert [] == desk.objects("rclone-copy")
    desk.run("rclone purge cloud:rclone-moved")
    assert not desk.has("rclone-moved")


@pytest.mark.usefixtures("programs")
def test_what_goes_from_the_folder_goes_from_the_cloud(credential_desk):
    desk = credential_desk
    desk.run("rclone sync --swift-chunk-size 6M files cloud:rclone")
    (desk.files / "block").unlink()
    (desk.files / "almost").write_bytes(b"changed")

    desk.run("rclone sync --swift-chunk-size 6M files cloud:rclone")

    desk.run("rclone check --download files cloud:rclone")
    assert "block" not in desk.objects("rclone")
