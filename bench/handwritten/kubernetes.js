// What somebody writes by hand who deploys the same objects with @pulumi/kubernetes alone, without this package, and lets
// @pulumi/random make the password. Plain JavaScript, so that nothing is compiled.
const k8s = require("@pulumi/kubernetes");
const random = require("@pulumi/random");
const manifests = require("./manifests.json");

new random.RandomPassword("redis-password", { length: 32, special: false });

let before = [];
for (const manifest of manifests) {
  const [group, version] = manifest.apiVersion.includes("/")
    ? manifest.apiVersion.split("/")
    : ["core", manifest.apiVersion];
  const name = `${manifest.kind}-${manifest.metadata.name}`.toLowerCase();
  const kind = k8s[group.split(".")[0]][version][manifest.kind];
  const object = new kind(name, manifest, { dependsOn: before });
  if (manifest.kind === "Namespace") before = [object];
}
