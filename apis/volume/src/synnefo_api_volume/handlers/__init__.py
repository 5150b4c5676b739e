# SPDX-License-Identifier: Apache-2.0
"""Read a request, call the service, show the result."""
