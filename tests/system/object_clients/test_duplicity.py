# SPDX-License-Identifier: Apache-2.0
"""duplicity against object storage."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.system


@pytest.mark.usefixtures("programs")
def test_increments_are_put_together(desk):
    login = desk.environment
    desk.environment |= {
        "SWIFT_AUTHURL": login["OS_AUTH_URL"],
        "SWIFT_AUTHVERSION": "3",
        "SWIFT_USERNAME": login["OS_USERNAME"],
        "SWIFT_PASSWORD": login["OS_PASSWORD"],
        "SWIFT_TENANTNAME": login["OS_PROJECT_NAME"],
        "SWIFT_USER_DOMAIN_NAME": "Default",
        "SWIFT_PROJECT_DOMAIN_NAME": "Default",
        "SWIFT_REGIONNAME": login["OS_REGION_NAME"],
    }
    desk.run("duplicity full --no-encryption --volsize 10 files swift://duplicity")
    (desk.files / "block").unlink()
    (desk.files / "almost").write_bytes(b"changed")

    desk.run("duplicity incremental --no-encryption files swift://duplicity")
    desk.run("duplicity verify --compare-data --no-encryption swift://duplicity files")
    desk.run("duplicity restore --no-encryption swift://duplicity back")

    assert desk.has_same("back")
