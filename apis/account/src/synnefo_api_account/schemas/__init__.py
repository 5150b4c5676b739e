# SPDX-License-Identifier: Apache-2.0
"""The schemas of the account API, one module a noun."""
