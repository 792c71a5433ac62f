#!/usr/bin/env bash
# Has the usual base images on the engine: those that are there are kept, else they are pulled, and where they can't be
# pulled, stand-ins are built from the machine's own Debian mirror and package registries. Stand-ins carry the official
# names and go to the local registry too, which the engine of up.sh asks first.
#   usage: images.sh image...     all: debian python node redis prometheus alertmanager nginx registry dockerfile
#                                 for tests of logs: elasticsearch logstash kibana collector
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=env.sh
. "$here/env.sh"
SUITE=bookworm
# Versions of what the stand-ins hold beyond Debian's own.
NODE=22.23.3 NPM=10.9.9 PIP=24.0 FRONTEND=v0.23.2 ELASTICSEARCH=8.17.0
# What this machine trusts: Mozilla's list, and the site's own authorities.
HOST_CA=/etc/ssl/certs/ca-certificates.crt
CONTEXTS=$LAB/images
mkdir -p "$CONTEXTS" "$LAB/logs"
export DOCKER_BUILDKIT=1
command -v docker >/dev/null || die "the docker command is needed to get base images"

# A name for each image, then all names of its stand-in.
declare -A NAMES=(
  [debian]="debian:bookworm-slim debian:12-slim debian:bookworm debian:12"
  [python]="python:3.11-slim python:3.11 python:3.11-slim-bookworm python:3.11-bookworm"
  # -alpine is Debian inside: there is no apk.
  [node]="node:22-slim node:22 node:22-alpine node:22-bookworm-slim"
  [redis]="redis:7-alpine redis:7 redis:7.0"
  [prometheus]="prom/prometheus:latest prom/prometheus:v2.42.0"
  [alertmanager]="prom/alertmanager:latest prom/alertmanager:v0.25.0"
  [nginx]="nginx:alpine nginx:latest nginx:1.22"
  [registry]="registry:2 registry:2.8"
  # The server is real; what stands in for the others does what the tests need of them, and no more.
  [elasticsearch]="docker.elastic.co/elasticsearch/elasticsearch:$ELASTICSEARCH"
  [logstash]="docker.elastic.co/logstash/logstash:$ELASTICSEARCH"
  [kibana]="docker.elastic.co/kibana/kibana:$ELASTICSEARCH"
  # The components that a shipper needs, without the hundreds of others.
  [collector]="otel/opentelemetry-collector-contrib:${COLLECTOR#v}"
  [dockerfile]="docker/dockerfile:1 docker/dockerfile:1.4 docker/dockerfile:1.7"
)

main_name() { local names=${NAMES[$1]:-}; printf '%s' "${names%% *}"; }
# An empty line is what some versions of the command print beside their error.
id_of() {
  local id
  id=$(docker image inspect -f '{{.Id}}' "$1" 2>/dev/null) || id=none
  printf '%s\n' "$id"
}
recipe_of() { docker image inspect -f '{{index .Config.Labels "lab.recipe"}}' "$1" 2>/dev/null || true; }

# The BuildKit client: buildx where it is installed, else the one in Debian's own docker command.
builder() {
  if docker buildx version >/dev/null 2>&1 || [ ! -x /usr/bin/docker ]; then docker "$@"; else /usr/bin/docker "$@"; fi
}

repository() { case $1 in */*) printf '%s' "$1" ;; *) printf 'library/%s' "$1" ;; esac; }

in_registry() {
  local repo
  repo=$(repository "$1")
  curl -fsI -m 10 -o /dev/null -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    "http://$REG_ADDR/v2/${repo%:*}/manifests/${repo##*:}" 2>/dev/null
}

# Tags an image with all its names and pushes them to the local registry. Pulled back from there, it has a digest as
# an image from the internet has.
publish() { # image [name...]
  local image=$1 name
  shift
  for name in "$image" "$@"; do
    [ "$name" = "$image" ] || docker tag "$image" "$name"
    own_registry || continue
    docker tag "$image" "$REG_ADDR/$(repository "$name")"
    docker push -q "$REG_ADDR/$(repository "$name")" >/dev/null
    docker rmi "$REG_ADDR/$(repository "$name")" >/dev/null
    # The engine asks the local registry for images of Docker Hub alone.
    case $name in *-pristine | *.*/*) ;; *) docker pull -q "$name" >/dev/null ;; esac
  done
}

# Builds an image unless its recipe (files, parent image) is the same as the last time.
build() { # image folder [other-name...]
  local image=$1 folder=$2 started=$SECONDS recipe parents
  shift 2
  parents=$(awk '/^FROM/{print $2}' "$folder/Dockerfile" | while read -r parent; do id_of "$parent"; done)
  recipe=$( (cd "$folder" && find . -type f -print0 | sort -z | xargs -0 sha256sum; echo "$parents $BUILD_ARGS") | sha256sum | cut -c1-16)
  if [ "$(recipe_of "$image")" != "$recipe" ]; then
    # shellcheck disable=SC2086
    builder build -q --label "lab.recipe=$recipe" --secret "id=ca,src=$HOST_CA" $BUILD_ARGS -t "$image" "$folder" >/dev/null
    say "$image built in $((SECONDS - started)) s"
    publish "$image" "$@"
  elif own_registry && ! in_registry "$image"; then
    publish "$image" "$@"
  fi
}

# The stand-in under its official name: the pristine image, and this machine's authorities in the files and variables
# that every client reads, so that builds on it work behind a proxy that signs anew.
with_authorities() { # pristine-image name...
  local pristine=$1 folder
  folder=$CONTEXTS/authorities-${pristine//[:\/]/_}
  shift
  rm -rf "$folder"
  mkdir -p "$folder/crt"
  cp /usr/local/share/ca-certificates/*.crt "$folder/crt/" 2>/dev/null || true
  cp "$HOST_CA" "$folder/bundle.crt"
  printf '[global]\ncert = %s\n' "$HOST_CA" >"$folder/pip.conf"
  printf 'cafile=%s\n' "$HOST_CA" >"$folder/npmrc"
  cat >"$folder/Dockerfile" <<D
FROM $pristine
COPY crt/ /usr/local/share/ca-certificates/
COPY bundle.crt $HOST_CA
COPY pip.conf /etc/pip.conf
COPY npmrc /usr/local/etc/npmrc
ENV SSL_CERT_FILE=$HOST_CA REQUESTS_CA_BUNDLE=$HOST_CA NODE_EXTRA_CA_CERTS=$HOST_CA
D
  BUILD_ARGS="" build "$1" "$folder" "${@:2}"
}

# The files of a recipe, copied to where they may be added to.
context() { # name
  local folder=$CONTEXTS/$1
  mkdir -p "$folder"
  cp -r --remove-destination "$here/recipes/$1/." "$folder/"
  printf '%s' "$folder"
}

make_debian() {
  local archive=$CONTEXTS/$SUITE.tar root=$CONTEXTS/rootfs mirror recipe
  if [ ! -s "$archive" ]; then
    [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || die "stand-ins need root and debootstrap"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $SUITE" | head -1)
    [ -n "$mirror" ] || die "apt on this machine knows no mirror of Debian $SUITE, which the stand-ins are made from"
    mirror=${mirror%/}
    say "making debian:$SUITE-slim from this machine's mirror"
    rm -rf "$root"
    debootstrap --variant=minbase "$SUITE" "$root" "$mirror" >"$LAB/logs/debootstrap.log" 2>&1 ||
      { tail -5 "$LAB/logs/debootstrap.log" >&2; die "debootstrap failed"; }
    bash "$here/slim.sh" "$root" "$SUITE" "$mirror"
    tar -C "$root" --sort=name --mtime=@0 --numeric-owner -cf "$archive.part" .
    mv "$archive.part" "$archive"
    rm -rf "$root"
  fi
  recipe=$(sha256sum <"$archive" | cut -c1-16)
  if [ "$(recipe_of debian:bookworm-slim-pristine)" != "$recipe" ]; then
    docker import -c 'CMD ["bash"]' -c "LABEL lab.recipe=$recipe" \
      -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$archive" debian:bookworm-slim-pristine >/dev/null
    publish debian:bookworm-slim-pristine
  fi
  # shellcheck disable=SC2086
  with_authorities debian:bookworm-slim-pristine ${NAMES[debian]}
}

make_python() {
  BUILD_ARGS="--build-arg PIP_VERSION=$PIP" build python:3.11-slim-pristine "$(context python)"
  # shellcheck disable=SC2086
  with_authorities python:3.11-slim-pristine ${NAMES[python]}
}

make_node() {
  local folder packed
  folder=$(context node)
  if [ "$(cat "$folder/.version" 2>/dev/null)" != "$NODE $NPM" ]; then
    packed=$(mktemp -d)
    (
      cd "$packed"
      local machine=x64
      [ "$(uname -m)" != aarch64 ] || machine=arm64
      npm pack --silent "node-linux-$machine@$NODE" "npm@$NPM" >/dev/null
      mkdir node npm
      tar xzf node-linux-*.tgz -C node
      tar xzf npm-*.tgz -C npm
    )
    rm -rf "$folder/usr"
    mkdir -p "$folder/usr/bin" "$folder/usr/lib/node_modules"
    install -m755 "$packed/node/package/bin/node" "$folder/usr/bin/node"
    cp -r "$packed/npm/package" "$folder/usr/lib/node_modules/npm"
    rm -rf "$folder/usr/lib/node_modules/npm/"{docs,man} "$packed"
    chmod +x "$folder/usr/lib/node_modules/npm/bin/"*
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$folder/usr/bin/npm"
    ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$folder/usr/bin/npx"
    ln -sf node "$folder/usr/bin/nodejs"
    echo "$NODE $NPM" >"$folder/.version"
  fi
  BUILD_ARGS="--build-arg NODE_VERSION=$NODE" build node:22-slim-pristine "$folder"
  # shellcheck disable=SC2086
  with_authorities node:22-slim-pristine ${NAMES[node]}
}

# The BuildKit frontend that `# syntax=docker/dockerfile:1` asks for, built through the Go module proxy.
make_dockerfile() {
  local folder source
  folder=$(context dockerfile)
  command -v go >/dev/null || die "the stand-in of docker/dockerfile needs Go"
  if [ "$(cat "$folder/.version" 2>/dev/null)" != "$FRONTEND" ]; then
    source=$(mktemp -d)
    (
      cd "$source"
      local package=github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend
      go mod init frontend && go get "$package@$FRONTEND" && go build -ldflags '-s -w' -o "$folder/dockerfile-frontend" "$package"
    ) >"$LAB/logs/frontend.log" 2>&1 || { tail -5 "$LAB/logs/frontend.log" >&2; die "the BuildKit frontend could not be built"; }
    rm -rf "$source"
    echo "$FRONTEND" >"$folder/.version"
  fi
  # shellcheck disable=SC2086
  BUILD_ARGS="" build ${NAMES[dockerfile]%% *} "$folder" ${NAMES[dockerfile]#* }
}

# The distribution that Elasticsearch publishes for integration tests, from Maven's registry.
make_elasticsearch() {
  local folder packed
  folder=$(context elasticsearch)
  command -v mvn >/dev/null || die "the stand-in of elasticsearch needs Maven"
  if [ "$(cat "$folder/.version" 2>/dev/null)" != "$ELASTICSEARCH" ]; then
    packed=$(mktemp -d)
    mvn -q -B dependency:copy -DoutputDirectory="$packed" \
      -Dartifact="org.elasticsearch.distribution.integ-test-zip:elasticsearch:$ELASTICSEARCH:zip" >"$LAB/logs/elasticsearch.log" 2>&1 ||
      { tail -5 "$LAB/logs/elasticsearch.log" >&2; die "Elasticsearch could not be had from Maven's registry"; }
    (cd "$packed" && jar xf elasticsearch-*.zip)
    rm -rf "$folder/server"
    mv "$packed/elasticsearch-$ELASTICSEARCH" "$folder/server"
    chmod 755 "$folder/server/bin/"*
    rm -rf "$packed"
    echo "$ELASTICSEARCH" >"$folder/.version"
  fi
  analysis_module "$folder" >"$LAB/logs/elasticsearch.log" 2>&1 ||
    { tail -5 "$LAB/logs/elasticsearch.log" >&2; die "the module of Elasticsearch could not be compiled"; }
  make_by_recipe elasticsearch
}

analysis_module() { # folder
  local classes module=$1/server/modules/analysis
  [ "$1/analysis/Analysis.java" -nt "$module/analysis.jar" ] || return 0
  classes=$(mktemp -d)
  mkdir -p "$module"
  javac --release 17 -cp "$1/server/lib/*" -d "$classes" "$1/analysis/Analysis.java" || return 1
  jar cf "$module/analysis.jar" -C "$classes" . || return 1
  rm -rf "$classes"
  printf '%s=%s\n' name analysis classname Analysis description 'for the index of security' version 1 java.version 17 \
    elasticsearch.version "$ELASTICSEARCH" >"$module/plugin-descriptor.properties"
}

make_collector() {
  context collector >/dev/null
  bash "$here/collector.sh"
  make_by_recipe collector
}

make_by_recipe() { # name
  # shellcheck disable=SC2086
  BUILD_ARGS="" build ${NAMES[$1]%% *} "$(context "$1")" ${NAMES[$1]#* }
}

# Where the registry of up.sh has the image, or the internet: a minute is enough to see that there is neither.
pull() { timeout "${PULL_TIMEOUT:-300}" docker pull -q "$1" >/dev/null 2>&1; }

have() { # name
  local main
  main=$(main_name "$1")
  [ -n "$main" ] || die "unknown image $1; known are: ${!NAMES[*]}"
  if [ "$(id_of "$main")" != none ] || pull "$main"; then
    say "$main is there"
    return 0
  fi
  case $1 in debian | dockerfile) ;; *) [ "$(id_of debian:bookworm-slim-pristine)" != none ] || make_debian ;; esac
  if declare -F "make_$1" >/dev/null; then "make_$1"; else make_by_recipe "$1"; fi
}

started=$SECONDS
for name in "$@"; do have "$name"; done
say "images are there after $((SECONDS - started)) s: $*"
