# SPDX-License-Identifier: Apache-2.0
"""OpenStack's object storage API (Swift)."""
