# SPDX-License-Identifier: Apache-2.0
"""OpenStack's Image API (Glance) v2."""
