# SPDX-License-Identifier: Apache-2.0
"""The schemas of the Compute API, one module a noun."""
