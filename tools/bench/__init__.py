# SPDX-License-Identifier: Apache-2.0
"""Measures a whole cloud from outside: ``python -m tools.bench``; see docs/operators/performance."""
