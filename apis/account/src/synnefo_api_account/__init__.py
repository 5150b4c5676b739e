# SPDX-License-Identifier: Apache-2.0
"""The account API, version 1.0: what is Synnefo's own and has no OpenStack counterpart.

Begin with :mod:`.routes`. The paths and bodies are the original Synnefo's.
"""
