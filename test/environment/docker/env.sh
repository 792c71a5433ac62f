# shellcheck shell=bash
# Sourced by the other scripts: where everything lives, and what they share.
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/pulumi-mcp-deploy
# Images, volumes, logs and process ids of the engine and the registry.
export LAB=${LAB:-$CACHE/docker}
export REG_ADDR=${REG_ADDR:-127.0.0.1:5000}
export DOCKER_SOCK=${DOCKER_SOCK:-/var/run/docker.sock}

say() { printf '%s docker: %s\n' "$(date +%T)" "$*"; }
die() {
  printf 'docker: %s\n' "$*" >&2
  exit 1
}

# Whether the process of a pid file runs, and is still the program it was.
alive() { # pid-file program
  [ -s "$1" ] && [ "$(basename "$(readlink "/proc/$(cat "$1")/exe" 2>/dev/null)")" = "$2" ]
}

# The engine that the tests would use: that of DOCKER_HOST, else the default socket.
reachable() {
  if command -v docker >/dev/null; then
    timeout 10 docker version >/dev/null 2>&1
  else
    [ -z "${DOCKER_HOST:-}" ] && [ -S /var/run/docker.sock ] &&
      curl -fsS -m 10 --unix-socket /var/run/docker.sock http://engine/_ping >/dev/null 2>&1
  fi
}
