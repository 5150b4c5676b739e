# SPDX-License-Identifier: Apache-2.0
"""The handlers of the account API, one module a noun."""
