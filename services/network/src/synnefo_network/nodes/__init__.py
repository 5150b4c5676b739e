# SPDX-License-Identifier: Apache-2.0
"""What nodes are told of ports and routers, in signed documents (``docs/decisions/0011-*``).

``changes`` remembers what may have changed, ``facts`` and ``router_facts`` read all that a document says,
``documents`` and ``router_documents`` make them, ``versions`` gives versions to what is new and has it sent,
``spots`` says which gateway has which router (``docs/decisions/0022-*``), ``hellos`` hears what nodes know and
``catching_up`` sends what they lack. ``signing`` has the keys.
"""
