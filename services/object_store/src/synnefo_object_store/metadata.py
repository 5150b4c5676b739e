# SPDX-License-Identifier: Apache-2.0
"""Metadata: names without regard to case, kept as ``Words-With-Dashes``."""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_object_store.limits import check_metadata


def merged(there: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Return metadata after changes, of which the empty ones remove.

    Raises:
        Invalid: There would be too much of it.
    """
    check_metadata(changes)
    result = {**there, **changes}
    result = {name: value for name, value in result.items() if value}
    check_metadata(result)
    return result
