# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts: the cluster's parameters, and what they share beyond ../shared.sh.
NAME=kubernetes
# shellcheck source=../shared.sh
. "$(dirname "${BASH_SOURCE[0]}")/../shared.sh"

# Kept between runs: programs, images of the add-ons, logs.
BIN=$K8S_HOME/bin
IMAGES=$K8S_HOME/images
LOGS=$K8S_HOME/logs
# All of the running cluster: certificates, objects, pulled images, volumes. It ends with the cluster.
STATE=$K8S_HOME/state
PIDS=$STATE/pids
PKI=$STATE/pki
SOCKET=$STATE/containerd.sock
# The kubeconfig for tests, which is there only while the cluster can be used, and the process that makes it so.
KUBECONFIG_FILE=$K8S_HOME/kubeconfig
UP_PID=$K8S_HOME/up.pid

CLUSTER=pulumi-mcp-test
NODE=node-1
# Nothing listens on a real interface: the node's address is that of a bridge without ports.
NODE_BRIDGE=mcp-node NODE_IP=10.250.0.1
POD_BRIDGE=mcp-pods POD_CIDR=10.244.0.0/24
SERVICE_CIDR=10.96.0.0/16 API_SERVICE=10.96.0.1 DNS_SERVICE=10.96.0.10
# The chain of our own packet filter rules.
CHAIN=MCP-TEST

# From the first to start to the last; they end in the opposite order.
PROGRAMS=(etcd kube-apiserver kube-controller-manager kube-scheduler containerd kube-proxy volumes kubelet)

k() { "$BIN/kubectl" --kubeconfig "$STATE/admin.kubeconfig" "$@"; }
cri() { ctr --address "$SOCKET" --namespace k8s.io "$@"; }

# Whether the cluster runs whole, and can be used.
cluster_answers() {
  local program
  [ -s "$KUBECONFIG_FILE" ] || return 1
  for program in "${PROGRAMS[@]}"; do alive "$PIDS/$program.pid" "$program" || return 1; done
  timeout 10 "$BIN/kubectl" --kubeconfig "$KUBECONFIG_FILE" get --raw /readyz >/dev/null 2>&1
}

# Starts a program in the background, in a session of its own.
start() { # program argument...
  local program
  program=$(basename "$1")
  # 9 is the lock of up.sh and down.sh, which must not be kept by what they start.
  setsid nohup "$@" >>"$LOGS/$program.log" 2>&1 </dev/null 9>&- &
  echo $! >"$PIDS/$program.pid"
}

# Waits until a command succeeds, as long as a program lives.
wait_for() { # seconds program what command...
  local limit=$((SECONDS + $1)) program=$2 what=$3
  shift 3
  until "$@" >"$LOGS/wait.log" 2>&1; do
    if ! alive "$PIDS/$program.pid" "$program"; then
      tail -15 "$LOGS/$program.log" >&2
      die "$program ended while $what was waited for; its log is $LOGS/$program.log"
    fi
    if [ "$SECONDS" -ge "$limit" ]; then
      tail -15 "$LOGS/$program.log" "$LOGS/wait.log" >&2
      die "no $what in time; logs are in $LOGS"
    fi
    sleep 0.3
  done
}
