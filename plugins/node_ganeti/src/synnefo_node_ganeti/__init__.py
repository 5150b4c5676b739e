# SPDX-License-Identifier: Apache-2.0
"""What runs on the nodes of a Ganeti cluster; needs no web and no database library there."""
