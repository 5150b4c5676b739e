# SPDX-License-Identifier: Apache-2.0
"""How things look in JSON."""
