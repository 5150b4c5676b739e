# SPDX-License-Identifier: Apache-2.0
"""The ExtStorage provider: how Ganeti comes to serve volumes of the cloud to its guests."""
