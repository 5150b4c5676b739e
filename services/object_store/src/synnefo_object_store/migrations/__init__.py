# SPDX-License-Identifier: Apache-2.0
"""Revisions of the object store's tables."""
