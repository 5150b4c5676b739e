# SPDX-License-Identifier: Apache-2.0
"""Version 2.0: a thin view for clients that were written for the original cloud."""
