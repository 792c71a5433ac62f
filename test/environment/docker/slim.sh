#!/usr/bin/env bash
# Takes out of a fresh Debian tree what the official slim images leave out too.   usage: slim.sh folder suite mirror
set -euo pipefail
root=$1 suite=$2 mirror=$3
cat >"$root/etc/apt/sources.list" <<L
deb $mirror $suite main
deb $mirror $suite-updates main
deb $mirror-security $suite-security main
L
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
{
  printf 'path-exclude /usr/share/%s/*\n' doc man info locale lintian groff
  echo 'path-include /usr/share/doc/*/copyright'
} >"$root/etc/dpkg/dpkg.cfg.d/slim"
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
cat >"$root/etc/apt/apt.conf.d/slim" <<'L'
Acquire::Languages "none";
Acquire::GzipIndexes "true";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
L
find "$root/usr/share/doc" -type f ! -name copyright -delete
find "$root/usr/share/doc" -type l -delete
find "$root/usr/share/doc" -type d -empty -delete
for folder in usr/share/{man,info,locale,lintian,groff} var/cache/apt var/lib/apt/lists var/log/apt dev proc tmp; do
  [ ! -d "$root/$folder" ] || find "$root/$folder" -mindepth 1 -delete 2>/dev/null || true
done
rm -f "$root"/var/log/*.log "$root/etc/resolv.conf" "$root/etc/hostname"
