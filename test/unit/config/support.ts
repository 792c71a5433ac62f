import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InvalidInputError, type Problem } from "../../../components/server";
import { loadSettings, type Settings } from "../../../config";
import { removeFolders } from "../../support/folder";

/** The folder of a Python server, and of a Node server. */
export const PYTHON_SERVER = {
  "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n',
  "requirements.txt": "fastmcp==4.1.2\n",
};
export const NODE_SERVER = { "package.json": '{ "name": "s" }', "index.js": "" };

/** A stack for Kubernetes. */
export const CLUSTER = { target: "kubernetes", kubernetes: { context: "prod" }, registry: { server: "ghcr.io" } };

/** Loads the settings of a stack with this config under `mcp:`. */
export function load(config: Record<string, unknown>, secretKeys = ["secrets"]): Settings {
  const entries = Object.entries(config).map(([key, value]) => [
    `mcp:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(entries),
    secretKeys.map((key) => `mcp:${key}`),
  );
  return loadSettings();
}

/** What is wrong with a config that must be refused. */
export function problemsOf(config: Record<string, unknown>, secretKeys?: string[]): Problem[] {
  try {
    load(config, secretKeys);
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.problems;
  }
  return assert.fail("the config was accepted");
}

/** For the end of a suite. */
export function forget(): void {
  removeFolders();
  pulumi.runtime.setAllConfig({});
}
