import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { InvalidInputError, type Problem } from "../server";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Where update-ca-certificates looks, and the bundle that it writes. */
const FILE = "/usr/local/share/ca-certificates/company.crt";
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/**
 * The certificates of a PEM file, and nothing else of it: a private key beside them must not reach an image.
 * @throws InvalidInputError when the file can't be read or holds none
 */
export function readCertificates(file: string): string {
  const problem = (message: string): InvalidInputError => {
    const wrong: Problem = {
      path: "image.caCertificate",
      message,
      got: file,
      allowed: "a PEM file with one certificate or more; a relative path starts at the folder of Pulumi.yaml",
      fix: "correct the path; a DER file is converted by: openssl x509 -inform der -in FILE -out ca.pem",
    };
    return new InvalidInputError([wrong]);
  };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw problem("the file can't be read");
  }
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw problem("there is no certificate in it");
  try {
    return found.map((pem) => new X509Certificate(pem).toString().trim()).join("\n");
  } catch {
    throw problem("a certificate in it is malformed");
  }
}

/**
 * Adds certificate authorities to a stage. Not only in the build: behind a proxy that signs anew, the server's own
 * calls need them as well. They are written out, since a mounted secret would need a session that the Docker provider
 * does not offer, and a heredoc a newer frontend than the one of Docker 20.10.
 */
export function certificateLines(pem: string): string[] {
  const quoted = pem
    .split(/\r?\n/)
    .map((line) => `'${line}'`)
    .join(" \\\n    ");
  const folders = "/usr/local/share/ca-certificates /etc/ssl/certs";
  return [
    `RUN mkdir -p ${folders} \\\n && printf '%s\\n' \\\n    ${quoted} \\\n    > ${FILE} \\\n && cat ${FILE} >> ${BUNDLE}`,
    // In this order: OpenSSL and uv, Python's requests, pip, and Node, which only adds to its own.
    `ENV ${["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"].map((name) => `${name}=${BUNDLE}`).join(" \\\n    ")}`,
  ];
}
