#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Process 1 of a sandbox: sandbox-init.sh DIRECTORY HOSTNAME
#
# Makes the places that Ganeti writes to private, says "sandbox ready", and waits for ever.
# When it is killed the kernel ends every process of the sandbox and drops its mounts.
set -e
cd "$1"
hostname "$2"
mount -t sysfs sysfs /sys                               # the interfaces of this network namespace
mount -t tmpfs -o mode=755 tmpfs /mnt                   # an overlay cannot lie on an overlay, as in a container
mkdir /mnt/etc /mnt/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work /etc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/lock
mount -t tmpfs -o mode=755 tmpfs /var/lib/ganeti        # the job queue syncs each file: memory is faster
# Relative and uncanonical, since the directory may itself lie below one of the next three.
mount --no-canonicalize --bind log /var/log/ganeti
mount --no-canonicalize --bind home /root
mount --no-canonicalize --bind srv /srv
cat hosts > /etc/hosts
echo "$2" > /etc/hostname
echo "sandbox ready"
while :; do
    sleep infinity &
    wait || :
done
