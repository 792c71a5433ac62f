import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { VERSION } from "../../../common/version";
import { makeFolder, removeFolders } from "../../support/folder";
import { run } from "../../support/packed";
import { REPOSITORY } from "../../support/stack";

const COMMIT = "4430606de088e2e370f5337248db39eb958832c2";

describe("where the engine finds the plugin", () => {
  after(removeFolders);

  const cases = [
    { from: "node_modules", folder: "pulumi-mcp-deploy", names: ["resource-mcp"] },
    {
      from: "a Git repository",
      folder: `resource-example.org_owner_repository.git-v0.0.0-x${COMMIT}`,
      names: ["resource-example.org_owner_repository.git", "resource-mcp"],
    },
  ];
  for (const { from, folder, names } of cases) {
    it(`${from}: under each name that it asks for, each with its executable`, async () => {
      const home = makeFolder();
      const place = path.join(makeFolder(), folder);
      // As the engine clones it: the package finds itself by its own name.
      mkdirSync(path.join(place, "common"), { recursive: true });
      cpSync(path.join(REPOSITORY, "common"), path.join(place, "common"), { recursive: true });
      for (const file of ["package.json", "tsconfig.json"]) cpSync(path.join(REPOSITORY, file), path.join(place, file));
      symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(place, "node_modules"));
      writeFileSync(
        path.join(place, "ensure.ts"),
        'import { ensurePlugin } from "./common/plugin";\nensurePlugin();\n',
      );
      const env = { ...process.env, PULUMI_HOME: home };
      await run("node", ["--require", "ts-node/register/transpile-only", "ensure.ts"], { cwd: place, env });
      const plugins = path.join(home, "plugins");
      const found = readdirSync(plugins)
        .sort()
        .map((name) => [name, readdirSync(path.join(plugins, name))]);
      assert.deepEqual(
        found,
        names.map((name) => [`${name}-v${VERSION}`, [`pulumi-${name}`]]),
      );
    });
  }
});
