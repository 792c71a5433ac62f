import assert from "node:assert/strict";
import { makeFolder, removeFolders } from "../support/folder";
import { findHosts, type Hosts, hostMissing, type Language, LanguageProject } from "../support/languageProject";
import { callTool, type ServerOutput } from "../support/mcpClient";
import { installPacked } from "../support/packed";
import { freePort } from "../support/stack";

/** Every example that uses the package from another language than its own, and TypeScript as others do. */
const LANGUAGES: Language[] = ["yaml", "python", "go", "typescript"];

describe("the package in other languages", function () {
  // A first compilation of an SDK takes minutes.
  this.timeout(900_000);
  let installed: string;
  let hosts: Hosts;

  before(async function () {
    this.timeout(1_500_000);
    hosts = await findHosts();
    installed = await installPacked(makeFolder());
  });
  after(removeFolders);

  for (const language of LANGUAGES) {
    describe(language, () => {
      let project: LanguageProject;
      let port: number;

      before(async function () {
        const missing = await hostMissing(language, hosts);
        if (missing) {
          process.stderr.write(`    skipped: ${missing}\n`);
          return this.skip();
        }
        port = await freePort();
        project = await LanguageProject.create(language, hosts, installed);
      });
      after(async () => {
        if (project?.processes().length) await project.pulumi("destroy", "--yes", "--skip-preview");
      });

      it("deploys a server whose tool a real client calls; its source is relative to the project", async () => {
        project.configure({ port, greeting: "Good day" });
        assert.deepEqual(await project.up(), { create: 5 });
        const { url, tools } = await project.outputs();
        assert.deepEqual({ url, tools }, { url: `http://127.0.0.1:${port}/mcp`, tools: ["greet"] });
        assert.equal(await greet(port), "Good day, Ada!");
      });

      it("changes it, and nothing when nothing changed", async () => {
        project.configure({ port, greeting: "Good evening" });
        assert.deepEqual(await project.up(), { same: 3, update: 2 });
        assert.equal(await greet(port), "Good evening, Ada!");
        assert.deepEqual(await project.up(), { same: 5 });
      });

      it("is shown by the command line, which goes by the stack's state", async () => {
        const { healthy, servers } = JSON.parse(await project.command("status", "--json"));
        const { target, health, url, tools } = servers.greeter;
        assert.deepEqual([healthy, target, health, tools], [true, "process", "healthy", 1]);
        assert.equal(url, `http://127.0.0.1:${port}/mcp`);
        const clients = JSON.parse(await project.command("clients", "greeter", "--client", "cursor", "--json"));
        assert.deepEqual(clients.greeter.cursor.snippet, { mcpServers: { greeter: { url } } });
        assert.match(await project.command("outputs"), /^greeter +process +http:\S+ +greet +claude mcp add /m);
        assert.match(await project.command("logs", "greeter", "--lines", "1"), /^greeter \| /);
        assert.match(await project.command("preview"), /^Nothing would change\./m);
      });

      it("says what is wrong with an arg in the user's words, without a stack", async () => {
        project.configure({ port: 99_999, greeting: "Good evening" });
        const told = await project.failing("preview");
        assert.match(told, /port: there is no such TCP port/);
        assert.match(told, /got: +99999\n\s+allowed: a whole number from 1024 to 65535/);
        assert.doesNotMatch(told, /\n\s+at .*\.(js|ts):\d+/);
      });

      it("destroys it, and leaves nothing behind", async () => {
        project.configure({ port, greeting: "Good evening" });
        await project.pulumi("destroy", "--yes", "--skip-preview");
        assert.deepEqual(project.processes(), []);
        assert.deepEqual(await project.resources(), []);
      });
    });
  }
});

const greet = (port: number): Promise<string> =>
  callTool({ url: `http://127.0.0.1:${port}/mcp` } as ServerOutput, "greet", { name: "Ada" });
