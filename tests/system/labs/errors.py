# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a laboratory.

LabError
├── LabUnavailable      this machine or this user cannot have it; says what is missing
└── LabFailed           it should have worked and did not; says what was seen
"""

from __future__ import annotations


class LabError(Exception):
    """A laboratory is not there."""


class LabUnavailable(LabError):
    """The laboratory cannot exist here: no root, no package, no free number.

    A test may skip with this message; nothing was started.
    """


class LabFailed(LabError):
    """The laboratory did not start, stop or answer as it should."""
