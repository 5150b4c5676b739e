# SPDX-License-Identifier: Apache-2.0
"""What a guest is told at its first boot.

``wishes`` is what the owner says, ``keeping`` how that is kept until the guest is made, ``told``
the whole that a guest learns; ``nocloud`` and ``config_drive`` write it down as cloud-init and
Cloudbase-Init read it, and ``volume`` puts both on one. ``offline`` is for guests without them.
"""
