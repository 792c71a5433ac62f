#!/usr/bin/env bash
# Makes a Docker Engine with the base images available: uses one that answers, else installs and starts one, with a
# registry of its own, as root on Debian. Can be run again at any time; what is there is kept.
#   usage: up.sh [image...]     images: see images.sh; default: python node redis prometheus alertmanager
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=env.sh
. "$here/env.sh"

PACKAGES=(docker.io docker-registry debootstrap cgroupfs-mount apparmor iptables curl ca-certificates)

start_engine() {
  local pid=
  if ! alive "$LAB/pids/dockerd.pid" dockerd; then
    rm -f "$LAB/pids/dockerd.pid"
    # DOCKERD_OPTIONS is for a second engine on one machine: --bridge=<own bridge> --iptables=false. Never --bridge=none:
    # that removes docker0 from under the first one.
    # shellcheck disable=SC2086
    setsid nohup dockerd --data-root "$LAB/data" --exec-root "$LAB/exec" \
      -H "unix://$DOCKER_SOCK" --pidfile "$LAB/pids/dockerd.pid" --registry-mirror "http://$REG_ADDR" \
      --log-opt max-size=10m --log-opt max-file=3 ${DOCKERD_OPTIONS:-} \
      >"$LAB/logs/dockerd.log" 2>&1 </dev/null &
    pid=$!
  fi
  for _ in $(seq 600); do
    DOCKER_HOST=unix://$DOCKER_SOCK docker version >/dev/null 2>&1 && return 0
    [ -z "$pid" ] || kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  grep -v level=info "$LAB/logs/dockerd.log" | tail -4 >&2 || true
  die "dockerd does not answer; its log is $LAB/logs/dockerd.log"
}

if reachable; then
  say "the engine at ${DOCKER_HOST:-the default socket} answers and is used"
elif [ -n "${DOCKER_HOST:-}" ] && [ "$DOCKER_HOST" != "unix://$DOCKER_SOCK" ]; then
  die "no engine answers at DOCKER_HOST=$DOCKER_HOST, and none is started in its place; unset it, or start that engine"
else
  [ "$(id -u)" = 0 ] || die "no engine answers, and only root can start one. Start Docker, or run as root."
  command -v apt-get >/dev/null || die "no engine answers, and it can be installed here on Debian only. Start Docker."
  mkdir -p "$LAB"/{data,exec,logs,pids,registry}
  install_packages "$LAB/logs/apt.log" "${PACKAGES[@]}"
  say "starting the registry and the engine"
  start_registry
  start_engine
  export DOCKER_HOST=unix://$DOCKER_SOCK
  say "engine $(docker version --format '{{.Server.Version}}') runs at $DOCKER_HOST"
fi
[ $# -gt 0 ] || set -- python node redis prometheus alertmanager
bash "$here/images.sh" "$@"
