# SPDX-License-Identifier: Apache-2.0
"""What is done for each kind of resource: read, call, show."""
