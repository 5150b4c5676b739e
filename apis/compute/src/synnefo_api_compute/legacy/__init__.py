# SPDX-License-Identifier: Apache-2.0
"""``/compute/v2.0``: servers as clients know them that were written for the original.

A thin view of the same servers: another form, the original's additional fields (``SNF:…``) and actions.
"""
