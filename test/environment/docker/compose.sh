#!/usr/bin/env bash
# Makes `docker compose` available: uses the plugin that is installed, else builds the official one through the Go module
# proxy. Two runs at once build once: the second waits, so that CI can start this early, at low priority, and its tests
# can ask again later.   Exit code 3: there is no Go to build it with.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname "$0")/env.sh"
# From version 5 on, building images is left to buildx: a third fewer packages to compile than version 2 has. Its hash is
# that of the Go checksum database.
MODULE=github.com/docker/compose/v5 VERSION=v5.0.2 SUM=h1:OTBsvKsim2rVNUBrb9pP5byiGG5trTt+uO3qr6WIQYo=

mkdir -p "$LAB/logs" "$LAB/compose"
exec 9>"$LAB/compose/lock"
flock 9
plugin=$LAB/compose/docker-compose-$VERSION
linked=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins/docker-compose

build() {
  local source=$LAB/compose/source downloaded started=$SECONDS
  downloaded=$(go mod download -json "$MODULE@$VERSION") || { echo "$downloaded"; return 1; }
  grep -q "\"Sum\": \"$SUM\"" <<<"$downloaded" || { echo "the module is not the one whose hash is known"; return 1; }
  rm -rf "$source"
  cp -r "$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$downloaded")" "$source"
  chmod -R u+w "$source"
  (cd "$source" && go build -mod=readonly -ldflags "-s -w -X $MODULE/internal.Version=$VERSION" -o "$plugin.part" ./cmd) || return 1
  mv "$plugin.part" "$plugin"
  rm -rf "$source"
  took=$((SECONDS - started))
}

if command -v docker >/dev/null && docker compose version >/dev/null 2>&1; then exit 0; fi
if [ ! -x "$plugin" ]; then
  command -v go >/dev/null || { echo "docker: docker compose is not installed, and there is no Go to build it with" >&2; exit 3; }
  say "building docker compose $VERSION, which takes some minutes"
  # A compiler that outlives a killed run must not keep the lock.
  build >"$LAB/logs/compose.log" 2>&1 9>&- || {
    tail -5 "$LAB/logs/compose.log" >&2
    die "docker compose could not be built; the log is $LAB/logs/compose.log"
  }
  say "docker compose $VERSION built in $took s"
fi
mkdir -p "$(dirname "$linked")"
ln -sfn "$plugin" "$linked"
