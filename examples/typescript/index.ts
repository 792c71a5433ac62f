import { Config } from "@pulumi/pulumi";
import { McpProcess } from "pulumi-mcp-deploy";

const config = new Config();

const greeter = new McpProcess("greeter", {
  source: "../greeter",
  port: config.requireNumber("port"),
  env: { GREETING: config.require("greeting") },
});

export const url = greeter.url;
export const tools = greeter.tools;
