# SPDX-License-Identifier: Apache-2.0
"""The screens of servers for browsers: VNC over WebSocket (RFC 6455, RFC 6143).

A process of its own, ``synnefo console``: connections that last for hours are none of the API's
business. It runs on asyncio, and calls the rest of the house in threads.
"""
