import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { knownStacks, privateStackFile, stackFile, unknownStack } from "../../../cli/stackConfig";
import { removeTempFolders, tempFolder } from "./support";

/** A project folder with settings files. */
function project(files: Record<string, string>): string {
  const root = tempFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

describe("stack settings files", () => {
  after(removeTempFolders);

  it("knows a project's stacks, and names the nearest for an unknown one", async () => {
    const root = project({ "Pulumi.yaml": "", "Pulumi.prod.yaml": "", "Pulumi.local.yml": "", "Pulumi.md": "" });
    assert.deepEqual(await knownStacks(root), ["local", "prod"]);
    assert.equal(await stackFile(root, "org/mcp/prod"), join(root, "Pulumi.prod.yaml"));
    assert.equal(await stackFile(root, "lokal"), undefined);
    const { message } = await unknownStack(root, "lokal");
    assert.match(message, /^Unknown stack lokal\. Did you mean local\?\n {2}known: local, prod\n/);
  });

  it("copies a file without a salt, and keeps the copy's salt when the file changes", async () => {
    const root = project({ "Pulumi.local.yaml": "config:\n  a: 1" });
    const file = join(root, "Pulumi.local.yaml");
    const home = join(tempFolder(), "config");
    const copy = await privateStackFile(file, home);
    assert.ok(copy);
    assert.equal(readFileSync(copy, "utf8"), "config:\n  a: 1\n");
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    // What the engine does on the first deployment.
    writeFileSync(copy, "config:\n  a: 1\nencryptionsalt: v1:abc\n");
    writeFileSync(file, "config:\n  a: 2\n");
    await privateStackFile(file, home);
    assert.equal(readFileSync(copy, "utf8"), "config:\n  a: 2\nencryptionsalt: v1:abc\n");
    assert.equal(readFileSync(file, "utf8"), "config:\n  a: 2\n");
  });

  it("does not take over a salt that another passphrase made, when no secret needs it", async () => {
    const root = project({ "Pulumi.local.yaml": "config:\n  a: 1\nencryptionsalt: v1:other\n" });
    const copy = await privateStackFile(join(root, "Pulumi.local.yaml"), tempFolder());
    assert.ok(copy);
    assert.equal(readFileSync(copy, "utf8"), "config:\n  a: 1\n");
  });

  const own = {
    secrets: "config:\n  mcp:key:\n    secure: v1:x\nencryptionsalt: v1:x\n",
    "secrets provider": "secretsprovider: awskms://key\n",
    "encrypted key": "encryptedkey: x\n",
  };
  for (const [what, text] of Object.entries(own)) {
    it(`uses a file that has its own ${what}`, async () => {
      const root = project({ "Pulumi.local.yaml": text });
      assert.equal(await privateStackFile(join(root, "Pulumi.local.yaml"), tempFolder()), undefined);
    });
  }
});
