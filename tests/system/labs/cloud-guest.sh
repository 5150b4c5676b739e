#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Make a Debian 12 with cloud-init to be booted without a boot loader: cloud-guest.sh DIRECTORY MIRROR
# Leaves vmlinuz, initrd and disk.raw in DIRECTORY. Run it in a mount namespace of its own, as root.
set -e
directory=$1
root=$directory/root

settings() {
    # What a guest under emulation would spend minutes on is left out.
    cat > "$root/etc/cloud/cloud.cfg.d/90_lab.cfg" <<'END'
datasource_list: [NoCloud, ConfigDrive]
ssh_genkeytypes: [ed25519]
cloud_init_modules: [write-files, set_hostname, users-groups, ssh]
cloud_config_modules: [set-passwords]
cloud_final_modules: [scripts-user, ssh-authkey-fingerprints]
END
    echo "/dev/vda / ext4 defaults 0 0" > "$root/etc/fstab"
    echo MODULES=list > "$root/etc/initramfs-tools/conf.d/lab"
    echo COMPRESS=lz4 >> "$root/etc/initramfs-tools/conf.d/lab"
    printf '%s\n' virtio_pci virtio_blk ext4 > "$root/etc/initramfs-tools/modules"
    rm -f "$root"/etc/ssh/ssh_host_*
    chroot "$root" systemctl enable --quiet systemd-networkd
    chroot "$root" systemctl mask --quiet apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
        e2scrub_reap.service systemd-timesyncd.service
}

packages=cloud-init,systemd-sysv,openssh-server,linux-image-cloud-amd64,iproute2,lz4
mmdebstrap --quiet --mode=root --variant=minbase --include=$packages \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    bookworm "$root" "$2"
settings
chroot "$root" update-initramfs -u
mv "$root"/boot/vmlinuz-* "$directory/vmlinuz"
mv "$root"/boot/initrd.img-* "$directory/initrd"
truncate --size=640M "$directory/disk.raw"
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$directory/disk.raw"
rm -r "$root"
