#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 of a guest: load drivers, obey the power button, run what the serial console asks.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
dmesg -n 1                                  # the console is for answers only
while read -r module; do
    insmod "/modules/$module"
done < /modules/order
ip link set lo up
for device in /sys/class/net/eth*; do
    [ -e "$device" ] && ip link set "${device##*/}" up
done

mkdir -p /etc/acpi/PWRF
printf '#!/bin/sh\npoweroff -f\n' > /etc/acpi/PWRF/00000080
chmod +x /etc/acpi/PWRF/00000080
acpid -l /dev/null

# A line "ID COMMAND" is answered by "ID<", the output, and "ID>".
stty -F /dev/ttyS0 -echo
while :; do
    while read -r id command; do
        echo "$id<"
        sh -c "$command" 2>&1
        echo "$id>"
    done < /dev/ttyS0 > /dev/ttyS0
done
