# SPDX-License-Identifier: Apache-2.0
"""The spine of Synnefo: what every room, face and hand of the cloud stands on."""

__version__ = "0.1.0"
