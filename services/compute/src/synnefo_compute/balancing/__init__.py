# SPDX-License-Identifier: Apache-2.0
"""Plans to move servers between clusters, and what carries them out.

A plan is a value: looking at one changes nothing. It heeds the filters and weighers by which new
servers are placed, as if its earlier moves had been made already.
"""
