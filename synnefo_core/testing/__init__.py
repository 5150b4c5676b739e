# SPDX-License-Identifier: Apache-2.0
"""What the core ships for tests: conformance suites, in-memory twins and fixtures."""
