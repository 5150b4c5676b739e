# SPDX-License-Identifier: Apache-2.0
"""Microversions: which one a request asks for, and how the answer says so.

Source: OpenStack API working group, "Microversion specification".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from synnefo_core.contracts.api import MicroversionRange, Version
from synnefo_core.errors import Invalid, NotAcceptable

_FORM = re.compile(r"^(\d{1,4})\.(\d{1,4})$")


def requested(versions: MicroversionRange, headers: Mapping[str, str]) -> Version:
    """Return the microversion that a request asks for, the lowest when it asks for none.

    Raises:
        Invalid: The header has not the form ``SERVICE MAJOR.MINOR``.
        NotAcceptable: The version is outside of the range.
    """
    asked = _asked(versions, headers)
    if asked is None:
        return versions.minimum
    if asked == "latest":
        return versions.maximum
    match = _FORM.match(asked)
    if match is None:
        msg = f"API version string {asked[:32]} is of invalid format; it must be MAJOR.MINOR"
        raise Invalid(msg)
    version = int(match[1]), int(match[2])
    if not versions.minimum <= version <= versions.maximum:
        msg = (
            f"version {asked} is not supported by the API; minimum is {text(versions.minimum)} "
            f"and maximum is {text(versions.maximum)}"
        )
        raise NotAcceptable(msg)
    return version


def _asked(versions: MicroversionRange, headers: Mapping[str, str]) -> str | None:
    for part in headers.get("OpenStack-API-Version", "").split(","):
        service, _, version = part.strip().partition(" ")
        if service == versions.service and version:
            return version.strip()
    if versions.legacy_header:
        return headers.get(versions.legacy_header)
    return None


def answered(versions: MicroversionRange, version: Version) -> dict[str, str]:
    """Return the headers that tell which microversion was spoken."""
    headers = {
        "OpenStack-API-Version": f"{versions.service} {text(version)}",
        "Vary": "OpenStack-API-Version",
    }
    if versions.legacy_header:
        headers[versions.legacy_header] = text(version)
        headers["Vary"] += f", {versions.legacy_header}"
    return headers


def text(version: Version) -> str:
    """Return ``2.1`` for (2, 1)."""
    return f"{version[0]}.{version[1]}"
