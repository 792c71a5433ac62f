#!/usr/bin/env bash
# Makes Pulumi's language host for YAML available, and prints the folder that it is in: uses the one that is installed,
# else builds the official one through the Go module proxy, against the packages of the engine that the tests build as
# well, so that those are compiled once. Two runs at once build once: the second waits, so that CI can start this early,
# at low priority, and its tests can ask again later.   Exit code 3: there is no Go to build it with.
set -euo pipefail
NAME=languages
# shellcheck source=../shared.sh
. "$(dirname "$0")/../shared.sh"
# Its hash is that of the Go checksum database.
MODULE=github.com/pulumi/pulumi-yaml VERSION=v1.38.3 SUM=h1:X6EoQ6fOj4b5frBoNx518uvlAZmQ7IX8zvpotlS24Y4=
ENGINE=v$(sed -n 's/^export const ENGINE_VERSION = "\(.*\)";/\1/p' "$(dirname "$0")/../../../cli/engine.ts")

if host=$(command -v pulumi-language-yaml); then dirname "$host"; exit 0; fi
folder=$CACHE/languages/yaml-$VERSION-$ENGINE
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9

build() {
  local source=$folder/source downloaded
  mkdir -p "$source"
  downloaded=$(cd "$source" && go mod download -json "$MODULE@$VERSION") || { echo "$downloaded"; return 1; }
  grep -qF "\"Sum\": \"$SUM\"" <<<"$downloaded" || { echo "the module is not the one whose hash is known"; return 1; }
  cat >"$source/go.mod" <<M
module host

tool $MODULE/cmd/pulumi-language-yaml
require $MODULE $VERSION
require github.com/pulumi/pulumi/pkg/v3 $ENGINE
M
  cd "$source"
  # -mod=mod: the go.mod above states the requirements, Go adds the rest.
  export GOFLAGS="$GOFLAGS -mod=mod"
  go build -tags osusergo,grpcnotrace -ldflags "-s -w -X $MODULE/pkg/version.Version=$VERSION" \
    -o "$folder/part" "$MODULE/cmd/pulumi-language-yaml"
  mv "$folder/part" "$folder/pulumi-language-yaml"
}

if [ ! -x "$folder/pulumi-language-yaml" ]; then
  command -v go >/dev/null || { echo "languages: there is no Go to build the language host for YAML with" >&2; exit 3; }
  # A compiler that outlives a killed run must not keep the lock. A shell of its own: in a condition, bash ignores errors.
  code=0
  (set -e; build) >"$folder/log" 2>&1 9>&- &
  wait $! || code=$?
  [ "$code" = 0 ] || { tail -5 "$folder/log" >&2; die "the language host for YAML could not be built; the log is $folder/log"; }
  rm -rf "$folder/source"
fi
echo "$folder"
