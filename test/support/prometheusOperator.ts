import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ApiextensionsV1Api, CustomObjectsApi, type V1CustomResourceDefinition } from "@kubernetes/client-node";
import { parse } from "yaml";
import { eventually } from "./clusterObjects";
import { kubeConfig } from "./kubernetes";
import { rawApply } from "./rawApply";

/** The operator's own module, in which its definitions are. */
const MODULE = "github.com/prometheus-operator/prometheus-operator@v0.85.0";
const PLURALS = ["podmonitors", "prometheusrules"];
const GROUP = "monitoring.coreos.com";
/** Tells the definitions of the tests from those of a cluster that has the operator. */
const OURS = { "pulumi-mcp-deploy/test": "true" };

/**
 * Lets the tests' cluster know the operator's kinds, without an operator, until the suite of the running test ends. Skips
 * the test where Go can't fetch their definitions; in CI it fails then.
 */
export async function knowOperatorKinds(test: Mocha.Context): Promise<void> {
  if ((await definedPlurals(false)).length > 0) return;
  let definitions: V1CustomResourceDefinition[];
  try {
    definitions = operatorDefinitions();
  } catch (error) {
    if (process.env.CI) throw error;
    console.log(`      skipped: Go can't fetch ${MODULE} (${(error as Error).message.split("\n")[0]})`);
    return test.skip();
  }
  test.runnable().parent?.afterAll("forget the operator's kinds", forgetOperatorKinds);
  const config = kubeConfig();
  for (const definition of definitions) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata?.name}`;
    const labelled = { ...definition, metadata: { ...definition.metadata, labels: OURS } };
    const { status, body } = await rawApply(config, `${path}?fieldManager=pulumi-mcp-test&force=true`, labelled);
    if (status >= 300) throw new Error(`${path}: ${status}: ${body}`);
  }
  const api = config.makeApiClient(CustomObjectsApi);
  await eventually("kinds of the operator", async () => {
    const { resources } = await api.getAPIResources({ group: GROUP, version: "v1" });
    return PLURALS.every((plural) => resources.some(({ name }) => name === plural));
  });
}

/** Sees to it that the cluster does not know the operator's kinds. Skips the test where somebody else defined them. */
export async function missOperatorKinds(test: Mocha.Context): Promise<void> {
  await forgetOperatorKinds();
  if ((await definedPlurals(false)).length > 0) test.skip();
}

function operatorDefinitions(): V1CustomResourceDefinition[] {
  const printed = execFileSync("go", ["mod", "download", "-json", MODULE], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 300_000,
  });
  const folder = path.join(JSON.parse(printed).Dir, "example", "prometheus-operator-crd");
  return PLURALS.map((plural) => parse(readFileSync(path.join(folder, `${GROUP}_${plural}.yaml`), "utf8")));
}

/** Those of the operator's kinds that a test defined, or that somebody else did. */
async function definedPlurals(byTest: boolean): Promise<string[]> {
  const { items } = await kubeConfig().makeApiClient(ApiextensionsV1Api).listCustomResourceDefinition();
  const [mark = ""] = Object.keys(OURS);
  return items
    .filter(({ metadata, spec }) => spec.group === GROUP && mark in (metadata?.labels ?? {}) === byTest)
    .map(({ spec }) => spec.names.plural);
}

/** What a test defined goes, with all objects of these kinds. */
async function forgetOperatorKinds(): Promise<void> {
  const api = kubeConfig().makeApiClient(ApiextensionsV1Api);
  for (const plural of await definedPlurals(true)) {
    await api.deleteCustomResourceDefinition({ name: `${plural}.${GROUP}` });
  }
  await eventually("end of the operator's kinds", async () => (await definedPlurals(true)).length === 0);
}
