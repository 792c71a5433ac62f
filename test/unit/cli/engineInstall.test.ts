import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { briefError } from "../../../cli/command";
import { goBuild } from "../../../cli/engineInstall";
import { removeTempFolders, tempFolder } from "./support";

/** A folder with a `go` that is a shell script: its `version`, its GOTOOLCHAIN, and what its `build` does. */
function fakeGo(version: string, toolchain: string, build: string): string {
  const bin = tempFolder();
  const cases = `version) echo "go version go${version} linux/amd64";; env) echo ${toolchain};; build) ${build};;`;
  writeFileSync(join(bin, "go"), `#!/bin/sh\ncase "$1" in ${cases} esac\n`, { mode: 0o755 });
  return bin;
}

/** Runs the build in a fresh folder with only the given PATH. */
async function build(path: string): Promise<string> {
  const root = tempFolder();
  mkdirSync(join(root, "bin"));
  await goBuild.run({ root, version: "3.274.1", env: { PATH: path }, report: () => {} });
  return root;
}

describe("goBuild", () => {
  before(function () {
    if (process.platform === "win32") this.skip();
  });
  after(removeTempFolders);

  it("says that Go is missing, or too old to fetch a newer one", async () => {
    await assert.rejects(build(tempFolder()), /^Error: Go is not installed\.$/);
    await assert.rejects(build(fakeGo("1.19", "auto", "true")), /^Error: Go 1\.19 is too old\.$/);
    await assert.rejects(build(fakeGo("1.23.4", "local", "true")), /^Error: Go 1\.23\.4 is too old\.$/);
  });

  it("builds the pinned version from the module, without cgo, and keeps the engine alone", async () => {
    const script =
      'echo "$GOFLAGS|$CGO_ENABLED|$*" > bin/said; while read line; do echo "$line"; done < go.mod > bin/mod';
    const root = await build(fakeGo("1.22.0", "auto", script));
    const said = readFileSync(join(root, "bin", "said"), "utf8");
    assert.match(
      said,
      /^-mod=mod -buildvcs=false\|0\|build -trimpath -tags=osusergo,grpcnotrace -gcflags=all=-dwarf=false .*-o bin\/pulumi -ldflags .*version\.Version=v3\.274\.1 /,
    );
    const module = readFileSync(join(root, "bin", "mod"), "utf8");
    assert.match(module, /^require github\.com\/pulumi\/pulumi\/pkg\/v3 v3\.274\.1$/m);
    assert.equal(existsSync(join(root, "go.mod")), false);
  });

  it("shows the last lines of a build that fails", async () => {
    const script = 'echo "go: downloading x v1" >&2; echo "dial tcp: no route to host" >&2; exit 1';
    await assert.rejects(build(fakeGo("1.25.0", "auto", script)), (error: unknown) => {
      assert.equal(briefError(error), "go build failed with exit code 1.\ndial tcp: no route to host");
      return true;
    });
  });
});

describe("briefError", () => {
  it("takes what matters from the Automation API's dump of a command", () => {
    const dump =
      "code: -2\n stdout: \n stderr: Command failed: sh x\ncurl: (6) no host\n err?: Error: Command failed\n";
    assert.equal(briefError(new Error(dump)), "Command failed: sh x\ncurl: (6) no host");
  });

  it("leaves out frames, and the middle of a long text", () => {
    const long = Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n");
    assert.equal(briefError(new Error(long)).split("\n").length, 10);
    assert.equal(briefError(new Error("a\n    at f (x.js:1:1)\nb")), "a\nb");
  });
});
