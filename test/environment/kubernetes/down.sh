#!/usr/bin/env bash
# Ends the cluster that up.sh started, by its process ids, and undoes its network. Its objects, images and volumes are
# gone then; what was built is kept. Also ends an up.sh that still works in the background.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=env.sh
. "$here/env.sh"
# shellcheck source=node.sh
. "$here/node.sh"
mkdir -p "$LOGS"

# up.sh calls this with its lock.
if [ -z "${LOCKED:-}" ]; then
  if alive "$UP_PID" bash; then
    pid=$(cat "$UP_PID")
    # Only one in the background has a process group of its own, which holds the build too.
    if [ "$(ps -o pgid= -p "$pid" | tr -d ' ')" = "$pid" ]; then kill -- "-$pid"; fi
  fi
  exec 9>"$K8S_HOME/lock"
  flock -w 60 9 || die "another up.sh or down.sh works in $K8S_HOME"
fi
rm -f "$KUBECONFIG_FILE"
[ -d "$STATE" ] || exit 0

# The kubelet first: it would start again what is stopped below. An API server with open watches does not end by itself.
for ((i = ${#PROGRAMS[@]} - 1; i >= 0; i--)); do stop "$PIDS/${PROGRAMS[i]}.pid" "${PROGRAMS[i]}" 3; done
# Containers outlive containerd. Each has a parent that was started with this cluster's socket.
{ grep -lzsFx -- "$SOCKET" /proc/[0-9]*/cmdline || true; } | while read -r file; do
  parent=$(basename "$(dirname "$file")")
  { ps -o pid= --ppid "$parent" | xargs -r kill -KILL; kill -KILL "$parent"; } 2>/dev/null || true
done
# Volumes of pods, file systems of containers, network namespaces; the innermost first.
mounts() { awk -v at="$STATE/" 'index($5, at) == 1 {print $5}' /proc/self/mountinfo; }
mounts | sort -r | while read -r mount; do umount -l "$(printf '%b' "$mount")"; done
[ -z "$(mounts)" ] || die "mounts are left below $STATE, which is not deleted therefore: $(mounts)"
end_network
rm -rf "$STATE"
[ -n "${LOCKED:-}" ] || stop_registry
say "down after $SECONDS s"
