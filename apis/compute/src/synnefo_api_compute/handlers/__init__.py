# SPDX-License-Identifier: Apache-2.0
"""The handlers of the Compute API, one module a noun."""
