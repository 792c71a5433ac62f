# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts: what they share beyond ../shared.sh.
NAME=docker
# shellcheck source=../shared.sh
. "$(dirname "${BASH_SOURCE[0]}")/../shared.sh"
# Version of the OpenTelemetry Collector: that of the official image which it stands in for.
COLLECTOR=v0.155.0
export DOCKER_SOCK=${DOCKER_SOCK:-/var/run/docker.sock}

# The engine that the tests would use: that of DOCKER_HOST, else the default socket.
reachable() {
  if command -v docker >/dev/null; then
    timeout 10 docker version >/dev/null 2>&1
  else
    [ -z "${DOCKER_HOST:-}" ] && [ -S /var/run/docker.sock ] &&
      curl -fsS -m 10 --unix-socket /var/run/docker.sock http://engine/_ping >/dev/null 2>&1
  fi
}
