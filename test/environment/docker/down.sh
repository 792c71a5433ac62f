#!/usr/bin/env bash
# Ends the engine that up.sh started, by its process id, and the registry unless the cluster uses it. Their data is kept
# in $LAB.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname "$0")/env.sh"

stop "$LAB/pids/dockerd.pid" dockerd
stop_registry
