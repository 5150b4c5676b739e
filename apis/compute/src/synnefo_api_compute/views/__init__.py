# SPDX-License-Identifier: Apache-2.0
"""The views of the Compute API, one module a noun."""
