# SPDX-License-Identifier: Apache-2.0
"""The OpenStack Identity API."""
