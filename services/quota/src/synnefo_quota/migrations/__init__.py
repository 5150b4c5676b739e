# SPDX-License-Identifier: Apache-2.0
"""Revisions of the ledger's tables."""
