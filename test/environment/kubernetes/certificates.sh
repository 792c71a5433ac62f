# shellcheck shell=bash
# Sourced by up.sh: the cluster's authorities, its certificates, and a kubeconfig for each of its users.

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1" 2>/dev/null; }

authority() { # name
  new_key "$PKI/$1.key"
  openssl req -x509 -new -key "$PKI/$1.key" -days 3650 -subj "/CN=$1" -out "$PKI/$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,digitalSignature,keyCertSign,cRLSign
}

certificate() { # name authority subject [alternative-names]
  local file=$PKI/$1
  new_key "$file.key"
  {
    printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth,serverAuth\n'
    [ -z "${4:-}" ] || echo "subjectAltName=$4"
  } >"$file.ext"
  openssl req -new -key "$file.key" -subj "$3" |
    openssl x509 -req -CA "$PKI/$2.crt" -CAkey "$PKI/$2.key" -set_serial "0x$(openssl rand -hex 8)" -days 3650 \
      -extfile "$file.ext" -out "$file.crt" 2>/dev/null
}

kubeconfig() { # file certificate
  cat >"$1" <<Y
apiVersion: v1
kind: Config
current-context: $CLUSTER
clusters:
- name: $CLUSTER
  cluster:
    server: https://$NODE_IP:6443
    certificate-authority-data: $(base64 -w0 "$PKI/ca.crt")
contexts:
- name: $CLUSTER
  context: {cluster: $CLUSTER, user: $2}
users:
- name: $2
  user:
    client-certificate-data: $(base64 -w0 "$PKI/$2.crt")
    client-key-data: $(base64 -w0 "$PKI/$2.key")
Y
}

make_certificates() {
  local user service=DNS:kubernetes.default
  authority ca
  authority front-proxy-ca
  certificate etcd ca /CN=etcd IP:127.0.0.1
  certificate kube-apiserver ca /CN=kube-apiserver \
    "DNS:kubernetes,$service,$service.svc,$service.svc.cluster.local,IP:$NODE_IP,IP:$API_SERVICE"
  certificate front-proxy front-proxy-ca /CN=front-proxy
  certificate admin ca /O=system:masters/CN=admin
  certificate kubelet ca "/O=system:nodes/CN=system:node:$NODE"
  for user in kube-controller-manager kube-scheduler kube-proxy; do certificate $user ca "/CN=system:$user"; done
  new_key "$PKI/service-account.key"
  openssl ec -in "$PKI/service-account.key" -pubout -out "$PKI/service-account.pub" 2>/dev/null
  for user in admin kubelet kube-controller-manager kube-scheduler kube-proxy; do
    kubeconfig "$STATE/$user.kubeconfig" $user
  done
}
