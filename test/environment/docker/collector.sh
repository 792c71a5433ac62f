#!/usr/bin/env bash
# Builds an OpenTelemetry Collector of the components that a shipper of logs needs, by the collector's own builder through
# the Go module proxy. Two runs at once build once: the second waits, so that CI can start this early, at low priority.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=env.sh
. "$here/env.sh"
FOLDER=$LAB/images/collector COMPONENTS=$here/recipes/collector/builder.yaml

mkdir -p "$LAB/logs" "$FOLDER"
exec 9>"$FOLDER/.lock"
flock 9
recipe="$COLLECTOR $(sha256sum <"$COMPONENTS" | cut -c1-16)"
[ "$(cat "$FOLDER/.version" 2>/dev/null)" != "$recipe" ] || exit 0
command -v go >/dev/null || die "the stand-in of the OpenTelemetry Collector needs Go"
say "building the OpenTelemetry Collector $COLLECTOR, which takes some minutes"
source=$(mktemp -d)
sed "s/VERSION/$COLLECTOR/" "$COMPONENTS" >"$source/builder.yaml"
build() {
  go run "go.opentelemetry.io/collector/cmd/builder@$COLLECTOR" --config builder.yaml --ldflags '-s -w' --gcflags "$DWARF"
}
# A compiler that outlives a killed run must not keep the lock.
(cd "$source" && build) >"$LAB/logs/collector.log" 2>&1 9>&- || {
  tail -5 "$LAB/logs/collector.log" >&2
  die "the OpenTelemetry Collector could not be built; the log is $LAB/logs/collector.log"
}
mv "$source/out/otelcol-contrib" "$FOLDER/"
rm -rf "$source"
echo "$recipe" >"$FOLDER/.version"
