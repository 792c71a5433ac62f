#!/usr/bin/env bash
# Makes Pulumi's language host for YAML available and prints its folder: the one on PATH, else a build of the official one
# through the Go module proxy. Two runs at once build once: the second waits, so that CI can start this early, at low
# priority, and its tests can ask again later.   Exit code 3: there is no Go to build it with.
set -euo pipefail
NAME=languages
# shellcheck source=../shared.sh
. "$(dirname "$0")/../shared.sh"
MODULE=github.com/pulumi/pulumi-yaml VERSION=v1.38.3
FOLDER=$CACHE/languages/yaml-$VERSION HOST=pulumi-language-yaml

if found=$(command -v "$HOST"); then
  dirname "$found"
  exit 0
fi
mkdir -p "$FOLDER"
exec 9>"$FOLDER/.lock"
flock 9
build() {
  local source
  source=$(mktemp -d)
  (
    cd "$source"
    go mod init host && go get "$MODULE/cmd/$HOST@$VERSION" &&
      go build -tags osusergo,grpcnotrace -ldflags "-s -w -X $MODULE/pkg/version.Version=$VERSION" -o "$FOLDER/$HOST.part" "$MODULE/cmd/$HOST"
  ) && mv "$FOLDER/$HOST.part" "$FOLDER/$HOST" && rm -rf "$source"
}
if [ ! -x "$FOLDER/$HOST" ]; then
  command -v go >/dev/null || { echo "languages: $HOST is not installed, and there is no Go to build it with" >&2; exit 3; }
  say "building $HOST $VERSION, which takes some minutes" >&2
  # A compiler that outlives a killed run must not keep the lock.
  build >"$FOLDER/log" 2>&1 9>&- || {
    tail -5 "$FOLDER/log" >&2
    die "$HOST could not be built; the log is $FOLDER/log"
  }
fi
echo "$FOLDER"
