# SPDX-License-Identifier: Apache-2.0
"""How long user data may be: too long for a file of requests."""

from __future__ import annotations

import pytest

from synnefo_api_compute.schemas.first_boot import USER_DATA
from synnefo_core.errors import InvalidField
from synnefo_core.wsgi.validation import Schema


def test_user_data_have_up_to_65535_bytes():
    schema = Schema(USER_DATA)

    schema.check("A" * 65535)
    with pytest.raises(InvalidField):
        schema.check("A" * 65536)
