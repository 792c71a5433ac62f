# shellcheck shell=bash
# Sourced by up.sh and down.sh: the network of this machine, the container runtime and the node.

start_network() {
  local name
  ip link show "$NODE_BRIDGE" >/dev/null 2>&1 || ip link add "$NODE_BRIDGE" type bridge
  ip addr replace "$NODE_IP/32" dev "$NODE_BRIDGE"
  ip link set "$NODE_BRIDGE" up
  # Addresses that no Service or pod has stay on this machine; the route of the pods' bridge is more specific.
  ip route replace "$SERVICE_CIDR" dev "$NODE_BRIDGE" src "$NODE_IP"
  ip route replace unreachable "$POD_CIDR" metric 1000
  # Traffic between pods of one bridge has to pass the rules that make Services work.
  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || modprobe br_netfilter 2>/dev/null ||
    die "this kernel has no br_netfilter, without which Services do not work between pods"
  for name in net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1 \
    fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288; do
    sysctl -qw "$name" || die "sysctl $name was refused"
  done
  # Docker drops what is forwarded and has no rule: pods need theirs. Beyond other pods and this node they reach nothing.
  iptables -w -N "$CHAIN" 2>/dev/null || iptables -w -F "$CHAIN"
  iptables -w -A "$CHAIN" -s "$POD_CIDR" -d "$POD_CIDR" -j ACCEPT
  iptables -w -A "$CHAIN" -i "$POD_BRIDGE" ! -o "$POD_BRIDGE" -j REJECT
  iptables -w -C FORWARD -j "$CHAIN" 2>/dev/null || iptables -w -I FORWARD -j "$CHAIN"
}

remove_chain() { # chain chain-that-uses-it...
  local chain=$1 user
  shift
  for user in "$@"; do iptables -w -D "$user" -j "$chain" 2>/dev/null || true; done
  { iptables -w -F "$chain" && iptables -w -X "$chain"; } 2>/dev/null || true
}

end_network() {
  local bridge
  [ ! -x "$BIN/kube-proxy" ] || "$BIN/kube-proxy" --cleanup >>"$LOGS/kube-proxy.log" 2>&1 ||
    say "kube-proxy did not clean up; its log is $LOGS/kube-proxy.log"
  remove_chain "$CHAIN" FORWARD
  # This one kube-proxy leaves.
  remove_chain KUBE-FIREWALL INPUT OUTPUT
  ip route del unreachable "$POD_CIDR" metric 1000 2>/dev/null || true
  for bridge in "$POD_BRIDGE" "$NODE_BRIDGE"; do ip link del "$bridge" 2>/dev/null || true; done
}

start_runtime() {
  local archive
  mkdir -p "$STATE"/{containerd,cni,registries/_default}
  [ ${#SOCKET} -le 100 ] || die "$SOCKET is too long for a socket; set K8S_HOME to a shorter path"
  # Images of every registry are asked for at the local one only: what a test pushes there as library/redis is redis.
  cat >"$STATE/registries/_default/hosts.toml" <<T
server = "http://$REG_ADDR"
[host."http://$REG_ADDR"]
  capabilities = ["pull", "resolve"]
T
  cat >"$STATE/containerd.toml" <<T
version = 2
root = "$STATE/containerd/root"
state = "$STATE/containerd/state"
[grpc]
  address = "$SOCKET"
[plugins."io.containerd.internal.v1.opt"]
  path = "$STATE/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "test.local/pause:built"
  stream_server_address = "127.0.0.1"
  netns_mounts_under_state_dir = true
  # Some virtual machines let nobody lower an OOM score, and no pod would start.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    options = { Root = "$STATE/runc" }
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$STATE/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$STATE/registries"
T
  cat >"$STATE/cni/pods.conflist" <<J
{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [{
    "type": "bridge", "bridge": "$POD_BRIDGE", "isGateway": true, "hairpinMode": true,
    "ipam": {
      "type": "host-local", "dataDir": "$STATE/addresses",
      "ranges": [[{"subnet": "$POD_CIDR"}]], "routes": [{"dst": "0.0.0.0/0"}]
    }
  }]
}
J
  start containerd --config "$STATE/containerd.toml"
  wait_for 60 containerd "answer of containerd" cri version
  for archive in "$IMAGES"/*.tar; do
    cri images import "$archive" >>"$LOGS/containerd.log" 2>&1 || die "$archive could not be imported; see $LOGS/containerd.log"
  done
}

start_node() {
  # Names outside the cluster do not resolve, also for pods that take the node's name server.
  : >"$STATE/resolv.conf"
  cat >"$STATE/kubelet.yaml" <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_IP
healthzBindAddress: 127.0.0.1
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
containerRuntimeEndpoint: unix://$SOCKET
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
makeIPTablesUtilChains: false
clusterDomain: cluster.local
clusterDNS: [$DNS_SERVICE]
resolvConf: $STATE/resolv.conf
podLogsDir: $STATE/pod-logs
volumePluginDir: $STATE/kubelet/volume-plugins
serializeImagePulls: false
# The disk is the machine's: its filling up is no reason to evict the pods of a test, nor to remove their images.
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}
Y
  start "$BIN/kubelet" --config "$STATE/kubelet.yaml" --kubeconfig "$STATE/kubelet.kubeconfig" \
    --root-dir "$STATE/kubelet" --cert-dir "$STATE/kubelet/pki" --hostname-override "$NODE" --node-ip "$NODE_IP"
  cat >"$STATE/kube-proxy.yaml" <<Y
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $STATE/kube-proxy.kubeconfig}
hostnameOverride: $NODE
mode: iptables
clusterCIDR: $POD_CIDR
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
nodePortAddresses: [$NODE_IP/32]
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
iptables: {localhostNodePorts: false, minSyncPeriod: 200ms}
Y
  start "$BIN/kube-proxy" --config "$STATE/kube-proxy.yaml"
  start "$BIN/volumes" --kubeconfig "$STATE/admin.kubeconfig" --root "$STATE/volumes" --node "$NODE"
  wait_for 120 kubelet "node that is ready" k wait --for=condition=Ready "node/$NODE" --timeout=2s
}
