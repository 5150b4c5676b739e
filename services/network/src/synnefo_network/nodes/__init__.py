# SPDX-License-Identifier: Apache-2.0
"""What nodes are told of ports, in signed documents (``docs/decisions/0011-*``).

``changes`` remembers what may have changed, ``facts`` reads all that a document says,
``documents`` gives versions to what is new and has it sent, ``hellos`` hears what nodes know and
``catching_up`` sends what they lack. ``signing`` has the keys.
"""
