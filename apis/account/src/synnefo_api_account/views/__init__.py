# SPDX-License-Identifier: Apache-2.0
"""The views of the account API, one module a noun."""
