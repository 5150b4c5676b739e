#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Initialise a single-node cluster; run inside a sandbox with these variables:
#   CLUSTER_NAME, CLUSTER_ADDRESS, HYPERVISOR (fake or kvm), HYPERVISOR_PARAMETERS (may be empty),
#   RAPI_USER, RAPI_PASSWORD
set -e
templates=file,diskless,sharedfile,ext

# Debian binds RAPI to loopback.
sed -i 's/^RAPI_ARGS=.*/RAPI_ARGS="-b 0.0.0.0 --require-authentication"/' /etc/default/ganeti
grep -q '^RAPI_ARGS=' /etc/default/ganeti
mkdir -p /srv/ganeti/{file-storage,shared-file-storage,extstorage} /var/log/ganeti/extstorage
printf '%s\n' /srv/ganeti/file-storage /srv/ganeti/shared-file-storage > /etc/ganeti/file-storage-paths

# Ganeti first asks whether somebody has the address of the cluster, and waits 3 s for the answer.
# Nobody has: this says so at once. Once the address is on the node its local route goes before.
ip route add unreachable "$CLUSTER_ADDRESS"

# The bounds let a test ask for any flavor; the ratio lets it start more guests than there are cores.
gnt-cluster init \
    --no-ssh-init --no-etc-hosts \
    --enabled-hypervisors="$HYPERVISOR" \
    ${HYPERVISOR_PARAMETERS:+--hypervisor-parameters="$HYPERVISOR:$HYPERVISOR_PARAMETERS"} \
    --enabled-disk-templates="$templates" --ipolicy-disk-templates="$templates" \
    --file-storage-dir=/srv/ganeti/file-storage \
    --shared-file-storage-dir=/srv/ganeti/shared-file-storage \
    --master-netdev=gbr0 --master-netmask=24 \
    --nic-parameters=mode=bridged,link=gbr0 \
    --backend-parameters=vcpus=1,memory=128M \
    --ipolicy-bounds-specs=min:disk-size=1,cpu-count=1,disk-count=0,memory-size=1,nic-count=0,spindle-use=1/max:disk-size=1048576,cpu-count=64,disk-count=16,memory-size=262144,nic-count=8,spindle-use=12 \
    --ipolicy-vcpu-ratio=1000 \
    "$CLUSTER_NAME"
ip route delete unreachable "$CLUSTER_ADDRESS"

# RAPI reads the file anew when it changes, but not when only its owner does: so whole, at once.
users=/var/lib/ganeti/rapi/users
printf '%s {cleartext}%s write\n' "$RAPI_USER" "$RAPI_PASSWORD" |
    install --mode=0400 --owner=gnt-rapi --group=gnt-rapi /dev/stdin $users.new
mv $users.new $users
