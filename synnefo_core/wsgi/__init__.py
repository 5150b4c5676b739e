# SPDX-License-Identifier: Apache-2.0
"""From a face's table of routes to a WSGI application."""
