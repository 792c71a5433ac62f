#!/usr/bin/env bash
# Makes a Kubernetes cluster of one node available: uses the one that runs, else builds what is missing and starts it,
# as root on Debian with Go. A kubeconfig for tests is at $K8S_HOME/kubeconfig once it can be used.
#   usage: up.sh [--background | --check]
#     --background returns at once; the log is $K8S_HOME/logs/up.log    --check only tells whether a cluster runs
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=env.sh
. "$here/env.sh"
for part in certificates controlPlane node; do
  # shellcheck disable=SC1090
  . "$here/$part.sh"
done
PACKAGES=(etcd-server containerd runc containernetworking-plugins docker-registry iptables iproute2 kmod procps openssl
  curl ca-certificates)

case ${1:-} in
  '' | --background) ;;
  --check) if cluster_answers; then exit 0; else exit 1; fi ;;
  *) die "unknown argument $1; usage: up.sh [--background | --check]" ;;
esac
if cluster_answers; then
  say "the cluster answers and is used; export KUBECONFIG=$KUBECONFIG_FILE"
  exit 0
fi
mkdir -p "$LOGS"
if [ "${1:-}" = --background ]; then
  if alive "$UP_PID" bash; then
    say "the cluster is being made already; the log is $LOGS/up.log"
    exit 0
  fi
  rm -f "$KUBECONFIG_FILE"
  setsid nohup bash "$here/up.sh" >"$LOGS/up.log" 2>&1 </dev/null &
  echo $! >"$UP_PID"
  say "the cluster is being made in the background; the log is $LOGS/up.log"
  exit 0
fi

exec 9>"$K8S_HOME/lock"
flock -w 2400 9 || die "another up.sh or down.sh still works in $K8S_HOME after 40 minutes"
if cluster_answers; then exit 0; fi
echo $$ >"$UP_PID"
trap 'rm -f "$UP_PID"' EXIT

[ "$(id -u)" = 0 ] || die "no cluster answers, and only root can start one. Run as root, or name one: MCP_TEST_KUBECONFIG"
command -v apt-get >/dev/null || die "a cluster can be installed here on Debian only; name one: MCP_TEST_KUBECONFIG"
grep -qw memory /proc/self/cgroup || die "there is no cgroup v1 on this machine; name a cluster: MCP_TEST_KUBECONFIG"
install_packages "$LOGS/apt.log" "${PACKAGES[@]}"
# A first build takes long: whatever else runs here, such as tests, goes first.
chrt --idle 0 bash "$here/build.sh"

began=$SECONDS
LOCKED=1 bash "$here/down.sh"
if [ -n "$(ip -o address show to "$NODE_IP")" ] && (exec 3<>"/dev/tcp/$NODE_IP/6443") 2>/dev/null; then
  die "another cluster answers at $NODE_IP:6443, which was started with another K8S_HOME; end it with its own down.sh"
fi
mkdir -p "$PIDS" "$PKI"
chmod 700 "$STATE"
rm -f "$LOGS"/{etcd,kube*,containerd,volumes}.log
registry_answers || start_registry
make_certificates
start_network
start_etcd
start_api_server
say "the API server is ready after $((SECONDS - began)) s"
start_controllers
start_runtime
start_node
say "the node is ready after $((SECONDS - began)) s"
for addon in coredns storage metrics-server; do
  sed -e "s#@DNS_SERVICE@#$DNS_SERVICE#" "$here/addons/$addon.yaml" | k apply --server-side -f - >>"$LOGS/addons.log" 2>&1 ||
    { tail -5 "$LOGS/addons.log" >&2; die "the API server refused $addon"; }
done
wait_for 120 kubelet "cluster DNS" k -n kube-system rollout status deployment/coredns --timeout=2s
# An aggregated API that does not answer holds up discovery and the deletion of namespaces.
wait_for 120 kubelet "metrics API" k wait --for=condition=Available apiservice/v1beta1.metrics.k8s.io --timeout=2s
install -m 600 "$STATE/admin.kubeconfig" "$KUBECONFIG_FILE.part"
mv "$KUBECONFIG_FILE.part" "$KUBECONFIG_FILE"
say "the cluster is ready after $((SECONDS - began)) s; export KUBECONFIG=$KUBECONFIG_FILE"
