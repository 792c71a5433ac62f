#!/usr/bin/env bash
# Ends the engine and the registry that up.sh started, by their process ids. Their data is kept in $LAB.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname "$0")/env.sh"

stop() { # name program
  local file=$LAB/pids/$1.pid pid
  if alive "$file" "$2"; then
    pid=$(cat "$file")
    kill "$pid"
    for _ in $(seq 300); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    say "stopped $2 ($pid)"
  fi
  rm -f "$file"
}
stop dockerd dockerd
stop registry docker-registry
