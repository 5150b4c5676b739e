# SPDX-License-Identifier: Apache-2.0
"""OpenStack's Networking API (Neutron) v2.0."""
