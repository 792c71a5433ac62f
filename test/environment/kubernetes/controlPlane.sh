# shellcheck shell=bash
# Sourced by up.sh: etcd, the API server, the controllers and the scheduler.

etcd_answers() {
  curl -fsS -m 5 --cacert "$PKI/ca.crt" --cert "$PKI/admin.crt" --key "$PKI/admin.key" https://127.0.0.1:12379/health
}

start_etcd() {
  local tls=(--client-cert-auth --trusted-ca-file "$PKI/ca.crt" --cert-file "$PKI/etcd.crt" --key-file "$PKI/etcd.key"
    --peer-client-cert-auth --peer-trusted-ca-file "$PKI/ca.crt" --peer-cert-file "$PKI/etcd.crt"
    --peer-key-file "$PKI/etcd.key")
  start etcd --name "$NODE" --data-dir "$STATE/etcd" "${tls[@]}" \
    --listen-client-urls https://127.0.0.1:12379 --advertise-client-urls https://127.0.0.1:12379 \
    --listen-peer-urls https://127.0.0.1:12380 --initial-advertise-peer-urls https://127.0.0.1:12380 \
    --initial-cluster "$NODE=https://127.0.0.1:12380"
  wait_for 60 etcd "answer of etcd" etcd_answers
}

# Pod Security admission, quotas, limit ranges and admission policies are on by default.
start_api_server() {
  start "$BIN/kube-apiserver" --bind-address "$NODE_IP" --advertise-address "$NODE_IP" --secure-port 6443 \
    --tls-cert-file "$PKI/kube-apiserver.crt" --tls-private-key-file "$PKI/kube-apiserver.key" \
    --client-ca-file "$PKI/ca.crt" --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --allow-privileged --profiling=false --service-cluster-ip-range "$SERVICE_CIDR" \
    --etcd-servers https://127.0.0.1:12379 --etcd-cafile "$PKI/ca.crt" --etcd-certfile "$PKI/admin.crt" \
    --etcd-keyfile "$PKI/admin.key" \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$PKI/service-account.pub" --service-account-signing-key-file "$PKI/service-account.key" \
    --kubelet-client-certificate "$PKI/admin.crt" --kubelet-client-key "$PKI/admin.key" \
    --kubelet-preferred-address-types InternalIP \
    --requestheader-client-ca-file "$PKI/front-proxy-ca.crt" --requestheader-allowed-names front-proxy \
    --requestheader-extra-headers-prefix X-Remote-Extra- --requestheader-group-headers X-Remote-Group \
    --requestheader-username-headers X-Remote-User \
    --proxy-client-cert-file "$PKI/front-proxy.crt" --proxy-client-key-file "$PKI/front-proxy.key"
  wait_for 120 kube-apiserver "API server that is ready" k get --raw /readyz
}

start_controllers() {
  # Autoscalers look at their metrics every 5 s instead of 15, for tests to see them act.
  start "$BIN/kube-controller-manager" --bind-address 127.0.0.1 --leader-elect=false --profiling=false \
    --kubeconfig "$STATE/kube-controller-manager.kubeconfig" --use-service-account-credentials \
    --root-ca-file "$PKI/ca.crt" --service-account-private-key-file "$PKI/service-account.key" \
    --cluster-signing-cert-file "$PKI/ca.crt" --cluster-signing-key-file "$PKI/ca.key" \
    --allocate-node-cidrs --cluster-cidr "$POD_CIDR" --node-cidr-mask-size "${POD_CIDR#*/}" \
    --service-cluster-ip-range "$SERVICE_CIDR" --horizontal-pod-autoscaler-sync-period 5s
  start "$BIN/kube-scheduler" --bind-address 127.0.0.1 --leader-elect=false --profiling=false \
    --kubeconfig "$STATE/kube-scheduler.kubeconfig"
  wait_for 60 kube-controller-manager "service account" k -n default get serviceaccount default
}
