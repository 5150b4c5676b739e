# SPDX-License-Identifier: Apache-2.0
"""What the core ships for tests: conformance suites, in-memory twins and fixtures."""

import sys

_SUITES = ("auth", "blockstore", "compute", "compute_rig", "headstore", "sagas", "storage")

if "pytest" in sys.modules:  # the twins serve without it, too
    import pytest

    # A driver author sees the values of a failed assertion, as in a test of his own.
    pytest.register_assert_rewrite(*(f"{__name__}.{suite}" for suite in _SUITES))
