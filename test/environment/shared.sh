# shellcheck shell=bash
# Sourced by the scripts of both environments, which set NAME before: where things live, Debian packages, processes,
# and the registry on loopback that the engine and the cluster share.
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/pulumi-mcp-deploy
# Images, volumes, logs and process ids of the engine and the registry.
export LAB=${LAB:-$CACHE/docker}
export REG_ADDR=${REG_ADDR:-127.0.0.1:5000}
# Binaries and state of the cluster.
export K8S_HOME=${K8S_HOME:-$CACHE/kubernetes}
# What is built with Go is stripped of its debugging information (-w): without making it, the compiler takes a fifth less
# time. Every build has the same flags, that of the Pulumi engine too: they share what they have in common.
DWARF=all=-dwarf=false
export CGO_ENABLED=0 GOWORK=off GOFLAGS="-buildvcs=false -trimpath -gcflags=$DWARF"

say() { printf '%s %s: %s\n' "$(date +%T)" "$NAME" "$*"; }
die() {
  printf '%s: %s\n' "$NAME" "$*" >&2
  exit 1
}

# Whether the process of a pid file runs, and is still the program it was; that may have been built anew since.
alive() { # pid-file program
  local exe
  [ -s "$1" ] || return 1
  exe=$(readlink "/proc/$(cat "$1")/exe" 2>/dev/null) || return 1
  [ "$(basename "${exe% (deleted)}")" = "$2" ]
}

# Ends the process of a pid file: asked at first, killed when it takes too long.
stop() { # pid-file program [seconds]
  local pid limit=${3:-30}
  if alive "$1" "$2"; then
    pid=$(cat "$1")
    kill "$pid"
    for _ in $(seq $((limit * 10))); do
      alive "$1" "$2" || break
      sleep 0.1
    done
    if alive "$1" "$2"; then
      kill -KILL "$pid"
      say "killed $2 ($pid), which did not end within $limit s"
    else
      say "stopped $2 ($pid)"
    fi
  fi
  rm -f "$1"
}

# Installs what is missing of some Debian packages. Both environments may do so at the same time.
install_packages() { # log package...
  local log=$1 missing=() package code=0
  shift
  mkdir -p "$CACHE" "$(dirname "$log")"
  exec 8>"$CACHE/packages.lock"
  flock -w 1200 8 || die "another script still installs packages after 20 minutes"
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    say "installing ${missing[*]}"
    apt_install "${missing[@]}" >"$log" 2>&1 || code=$?
    [ "$code" = 0 ] || { tail -5 "$log" >&2; die "the packages could not be installed"; }
  fi
  exec 8>&-
}

# Installs packages without starting the services they bring, which would know nothing of the registry.
apt_install() { # package...
  local policy=/usr/sbin/policy-rc.d made='' code=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made=1
  fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } || code=$?
  [ -z "$made" ] || rm -f "$policy"
  return "$code"
}

registry_answers() { curl -fsS -m 5 "http://$REG_ADDR/v2/" >/dev/null 2>&1; }
own_registry() { alive "$LAB/pids/registry.pid" docker-registry; }

# Starts the registry unless it runs; whichever environment comes first does.
start_registry() {
  mkdir -p "$LAB"/{logs,pids,registry}
  exec 8>"$LAB/registry/lock"
  flock -w 60 8 || die "another script still starts the registry after a minute"
  if ! own_registry; then
    ! registry_answers || die "something else answers at $REG_ADDR; set REG_ADDR to a free address"
    cat >"$LAB/registry/config.yml" <<Y
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $LAB/registry/data}
  delete: {enabled: true}
  maintenance: {uploadpurging: {enabled: false}}
http: {addr: $REG_ADDR}
Y
    setsid nohup docker-registry serve "$LAB/registry/config.yml" >"$LAB/logs/registry.log" 2>&1 </dev/null 8>&- 9>&- &
    echo $! >"$LAB/pids/registry.pid"
    local waited
    for waited in $(seq 100); do
      ! registry_answers || break
      sleep 0.1
    done
    registry_answers || { tail -5 "$LAB/logs/registry.log" >&2; die "the registry does not answer at $REG_ADDR after ${waited}00 ms"; }
  fi
  exec 8>&-
}

# Ends the registry when neither of its users runs any more.
stop_registry() {
  alive "$LAB/pids/dockerd.pid" dockerd || alive "$K8S_HOME/state/pids/kubelet.pid" kubelet ||
    stop "$LAB/pids/registry.pid" docker-registry
}
