# SPDX-License-Identifier: Apache-2.0
"""Networks on a node: what the cards of guests may send, what reaches them, and what they are told.

Documents about ports (:mod:`synnefo_core.contracts.nodes`) and the cards that Ganeti connected
become rules and configurations by functions without a memory; what they say is put in place
whole, and again after a crash.
"""
