# SPDX-License-Identifier: Apache-2.0
"""The OpenStack Compute API, version 2.1.

This is the pattern face: the others look the same. Begin with :mod:`.routes`; the same noun
names a module in ``handlers``, ``schemas`` and ``views``.

Source: docs.openstack.org/api-ref/compute.
"""
