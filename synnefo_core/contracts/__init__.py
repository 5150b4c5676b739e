# SPDX-License-Identifier: Apache-2.0
"""Contracts between the spine and what is plugged into it.

A contract is a few small abstract classes ("facets"), frozen values that cross the
border, and the errors that may be raised over it. It imports the standard library and
nothing else, so a driver can be written and tested with ``synnefo-core`` alone.
"""
