#!/usr/bin/env bash
# Makes a Docker Engine with the base images available: uses one that answers, else installs and starts one, with a
# registry of its own, as root on Debian. Can be run again at any time; what is there is kept.
#   usage: up.sh [image...]     images: see images.sh; default: python node redis
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=env.sh
. "$here/env.sh"

PACKAGES=(docker.io docker-registry debootstrap cgroupfs-mount apparmor iptables curl ca-certificates)

install_packages() {
  local missing=() package
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  # Without this, the packages would start an engine that knows nothing of the registry.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made=1
  fi
  local code=0
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$LAB/logs/apt.log" 2>&1 || code=$?
  [ -z "$made" ] || rm -f "$policy"
  [ "$code" = 0 ] || { tail -5 "$LAB/logs/apt.log" >&2; die "the packages could not be installed"; }
}

start_registry() {
  alive "$LAB/pids/registry.pid" docker-registry && return 0
  if curl -fsS -m 5 "http://$REG_ADDR/v2/" >/dev/null 2>&1; then
    die "something else answers at $REG_ADDR; set REG_ADDR to a free address"
  fi
  cat >"$LAB/registry/config.yml" <<Y
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $LAB/registry/data}
  delete: {enabled: true}
  maintenance: {uploadpurging: {enabled: false}}
http: {addr: $REG_ADDR}
Y
  setsid nohup docker-registry serve "$LAB/registry/config.yml" >"$LAB/logs/registry.log" 2>&1 </dev/null &
  echo $! >"$LAB/pids/registry.pid"
  local waited
  for waited in $(seq 100); do
    curl -fsS -m 5 "http://$REG_ADDR/v2/" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  tail -5 "$LAB/logs/registry.log" >&2
  die "the registry does not answer at $REG_ADDR after ${waited}00 ms"
}

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
  install_packages
  say "starting the registry and the engine"
  start_registry
  start_engine
  export DOCKER_HOST=unix://$DOCKER_SOCK
  say "engine $(docker version --format '{{.Server.Version}}') runs at $DOCKER_HOST"
fi
[ $# -gt 0 ] || set -- python node redis
bash "$here/images.sh" "$@"
