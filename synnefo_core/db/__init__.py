# SPDX-License-Identifier: Apache-2.0
"""The database: one for the whole cloud, a table prefix and a branch for each package."""
