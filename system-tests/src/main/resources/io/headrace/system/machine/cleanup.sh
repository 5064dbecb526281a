#!/bin/sh
# Ends what one run left: cleanup.sh FOLDER [PID START]; with a process, waits for its end first.
run="$1"

started() { # pid: when it started, empty when it is gone
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

if [ -n "$2" ]; then
  while [ "$(started "$2")" = "$3" ]; do
    [ ! -e "$run/ended" ] || exit 0
    sleep 1
  done
fi
[ ! -e "$run/ended" ] || exit 0

if [ -f "$run/namespaces" ]; then # also processes that were started and not yet listed
  while read -r namespace; do
    [ ! -e "/run/netns/$namespace" ] || ip netns pids "$namespace" | xargs -r kill -9 2>/dev/null
  done <"$run/namespaces"
fi
if [ -f "$run/processes" ]; then
  while read -r pid start; do
    [ "$(started "$pid")" != "$start" ] || kill -9 "$pid" 2>/dev/null
  done <"$run/processes"
  while read -r pid start; do
    n=0
    while [ "$(started "$pid")" = "$start" ] && [ $n -lt 100 ]; do
      grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null && break
      n=$((n + 1))
      sleep 0.1
    done
  done <"$run/processes"
fi
if [ -f "$run/groups" ]; then
  while read -r group; do
    [ ! -e "$group" ] || rmdir "$group"
  done <"$run/groups"
fi
if [ -f "$run/mounts" ]; then
  while read -r mount; do
    if grep -q " $mount " /proc/mounts; then umount "$mount" || umount -l "$mount"; fi
  done <"$run/mounts"
fi
if [ -f "$run/images" ]; then
  while read -r image; do
    losetup -j "$image" 2>/dev/null | cut -d: -f1 | while read -r loop; do losetup -d "$loop"; done
    rm -f "$image"
  done <"$run/images"
fi
if [ -f "$run/namespaces" ]; then
  while read -r namespace; do
    [ ! -e "/run/netns/$namespace" ] || ip netns del "$namespace"
  done <"$run/namespaces"
fi
if [ -f "$run/links" ]; then
  while read -r link; do
    iptables -D FORWARD -i "$link" -o "$link" -j ACCEPT 2>/dev/null
    [ ! -e "/sys/class/net/$link" ] || ip link del "$link"
  done <"$run/links"
fi
touch "$run/ended"
