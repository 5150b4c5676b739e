#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Make the root directory of a Debian 12 with Ganeti: debian-tree.sh TREE MIRROR
# Run it in a mount namespace of its own, with which its mounts go.
set -e
tree=$1
debootstrap --variant=minbase bookworm "$tree" "$2"
mount -t proc proc "$tree/proc"
cat /etc/resolv.conf > "$tree/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' > "$tree/usr/sbin/policy-rc.d"
chmod +x "$tree/usr/sbin/policy-rc.d"
chroot "$tree" apt-get install -y --no-install-recommends ganeti qemu-system-x86 qemu-utils genisoimage iproute2
chroot "$tree" apt-get clean
