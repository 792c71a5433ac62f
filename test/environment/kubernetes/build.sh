#!/usr/bin/env bash
# Builds Kubernetes, CoreDNS and metrics-server with Go, in the versions of modules/, and the images of those that run
# in pods. What was built from the same files before is kept.
#   usage: build.sh          to renew a version: edit its go.mod, `go mod tidy`, and run this
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=env.sh
. "$here/env.sh"
mkdir -p "$BIN" "$IMAGES" "$LOGS"
export GOFLAGS="$GOFLAGS -mod=readonly"
command -v go >/dev/null || die "building the cluster needs Go 1.21 or newer, which is not on PATH"

# The version that every part reports: the API server's is asked for by clients.
KUBERNETES=$(awk '$1 == "k8s.io/kubernetes" {print $2}' "$here/modules/kubernetes/go.mod")
IFS=. read -r MAJOR MINOR _ <<<"${KUBERNETES#v}"
VERSION=k8s.io/component-base/version
LINK="-s -w -X $VERSION.gitVersion=$KUBERNETES -X $VERSION.gitMajor=$MAJOR -X $VERSION.gitMinor=$MINOR"

program() { # module package
  local module=$here/modules/$1 name recipe started=$SECONDS
  name=$(basename "$2")
  recipe=$( (cd "$module" && find . -type f -print0 | sort -z | xargs -0 sha256sum; echo "$LINK") | sha256sum | cut -c1-16)
  if [ -x "$BIN/$name" ] && [ "$(cat "$BIN/.$name" 2>/dev/null)" = "$recipe" ]; then return 0; fi
  say "building $name"
  go build -C "$module" -ldflags "$LINK" -o "$BIN/$name.part" "$2" >"$LOGS/build-$name.log" 2>&1 ||
    { grep -v '^go: downloading' "$LOGS/build-$name.log" | tail -5 >&2; die "$name could not be built"; }
  mv "$BIN/$name.part" "$BIN/$name"
  echo "$recipe" >"$BIN/.$name"
  say "$name built in $((SECONDS - started)) s"
}

# An archive that `ctr images import` reads: one layer with the program and an empty /tmp.
image() { # name
  local work layer config
  [ ! "$IMAGES/$1.tar" -nt "$BIN/$1" ] || return 0
  work=$(mktemp -d)
  mkdir -p "$work/root" "$work/image"
  mkdir -m 1777 "$work/root/tmp"
  install -m 755 "$BIN/$1" "$work/root/$1"
  tar -C "$work/root" --owner=0 --group=0 -cf "$work/image/layer.tar" .
  layer=$(sha256sum "$work/image/layer.tar" | cut -d' ' -f1)
  config='{"architecture":"'$(go env GOARCH)'","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:'$layer'"]},
    "config":{"User":"65532:65532","Entrypoint":["/'$1'"]}}'
  printf '%s' "$config" >"$work/image/config.json"
  printf '[{"Config":"config.json","RepoTags":["test.local/%s:built"],"Layers":["layer.tar"]}]' "$1" >"$work/image/manifest.json"
  tar -C "$work/image" -cf "$IMAGES/$1.tar.part" manifest.json config.json layer.tar
  mv "$IMAGES/$1.tar.part" "$IMAGES/$1.tar"
  rm -rf "$work"
}

for name in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
  program kubernetes "k8s.io/kubernetes/cmd/$name"
done
program kubernetes ./volumes
program kubernetes ./pause
program coredns ./coredns
program metrics-server sigs.k8s.io/metrics-server/cmd/metrics-server
for name in pause coredns metrics-server; do image "$name"; done
say "Kubernetes $KUBERNETES is built, after $SECONDS s"
