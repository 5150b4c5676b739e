# SPDX-License-Identifier: Apache-2.0
"""restic against object storage."""

from __future__ import annotations

import pytest

from tests.system.object_clients.desk import tree

pytestmark = pytest.mark.system


@pytest.mark.usefixtures("programs")
def test_backups_come_back_and_end(credential_desk):
    desk = credential_desk
    desk.run("restic init")
    desk.run("restic backup files")
    first = tree(desk.files)
    (desk.files / "block").unlink()
    (desk.files / "almost").write_bytes(b"changed")
    desk.run("restic backup files")

    desk.run("restic check --read-data")
    desk.run("restic restore latest --target back")

    assert desk.has_same("back/files")
    assert first != tree(desk.files)
    before = desk.objects("restic")
    desk.run("restic forget --keep-last 1 --prune")
    desk.run("restic check --read-data")
    assert before != desk.objects("restic")
