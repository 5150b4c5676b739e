#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Process 1 of a sandbox: sandbox-init.sh DIRECTORY HOSTNAME [TREE]
#
# Makes the places that Ganeti writes to private, says "sandbox ready", and waits for ever.
# When it is killed the kernel ends every process of the sandbox and drops its mounts.
# Directories that KEEP names, with colons between them, are there all the same.
# TREE is another system's root directory: it is then laid out, unchanged, below /mnt/root,
# where the commands of the sandbox live.
set -e
tree=${3:+$(readlink -f "$3")}
cd "$1"
hostname "$2"
mount -t tmpfs -o mode=755 tmpfs /mnt                   # an overlay cannot lie on an overlay, as in a container
mkdir /mnt/root
# What is hidden below, and yet is to be there; in another system's tree it would not run.
kept=()
IFS=: read -ra keep <<< "$KEEP"
for place in "${keep[@]}"; do
    case $place in
    /root/* | /srv/* | /run/*)
        kept+=("$place")
        mkdir /mnt/kept${#kept[@]}
        mount --rbind "$place" /mnt/kept${#kept[@]}
        ;;
    esac
done

private() {                                             # private DIRECTORY PLACE: what is written at PLACE stays here
    local layers=/mnt/layers$2
    mkdir -p "$layers"/{lower,upper,work}
    mount --bind "$1" "$layers/lower"                   # its own name may hold a colon
    mount -t overlay overlay -o lowerdir="$layers/lower",upperdir="$layers/upper",workdir="$layers/work" "$2"
}

if [ -n "$tree" ]; then
    kept=()
    root=/mnt/root
    private "$tree" $root
else
    root=
    private /etc /etc
    private /var/lib /var/lib
fi
if [ -n "$tree" ]; then
    mount -t proc proc $root/proc
    mount --rbind /dev $root/dev
fi
mount -t sysfs sysfs $root/sys                          # the interfaces of this network namespace
mount -t tmpfs -o mode=755 tmpfs $root/run
mkdir $root/run/lock
mount -t tmpfs -o mode=755 tmpfs $root/var/lib/ganeti   # the job queue syncs each file: memory is faster
# Relative and uncanonical, since the directory may itself lie below one of the next three.
mount --no-canonicalize --bind log $root/var/log/ganeti
mount --no-canonicalize --bind home $root/root
mount --no-canonicalize --bind srv $root/srv
for number in "${!kept[@]}"; do
    mkdir -p "${kept[number]}"
    mount --rbind /mnt/kept$((number + 1)) "${kept[number]}"
done
cat hosts > $root/etc/hosts
echo "$2" > $root/etc/hostname
echo "sandbox ready"
while :; do
    sleep infinity &
    wait || :
done
