# SPDX-License-Identifier: Apache-2.0
"""Mail to people: written in the transaction of what it tells of, sent by the worker.

Begin with :func:`write`. The texts are files in ``texts/``; an operator's own ones come first.
"""

from synnefo_identity.letters.addresses import Address, normal
from synnefo_identity.letters.letter import Letter, Link, write
from synnefo_identity.letters.tickets import Ticket, peek, redeem

__all__ = ["Address", "Letter", "Link", "Ticket", "normal", "peek", "redeem", "write"]
