# SPDX-License-Identifier: Apache-2.0
"""OpenStack's Block Storage API (Cinder) v3."""
