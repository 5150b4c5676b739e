# SPDX-License-Identifier: Apache-2.0
"""What bodies and queries may be."""
