# SPDX-License-Identifier: Apache-2.0
"""Google Ganeti clusters as compute backends of Synnefo.

``rapi`` is a client of Ganeti's remote API that stands alone; ``driver`` fits it to
the contract, ``translation`` turns values of the one into values of the other.
"""
