import assert from "node:assert/strict";
import { inheritedEnv, packageManagerEnv } from "../../../../provider/process/childEnv";
import { satisfiesPython } from "../../../../provider/process/versions";

describe("Python version specifiers", () => {
  for (const [version, specifiers, expected] of [
    ["3.11.7", "", true],
    ["3.11.7", ">=3.11", true],
    ["3.10.9", ">=3.11", false],
    ["3.9.1", ">=3.10", false],
    ["3.12.0", ">=3.11,<3.13", true],
    ["3.13.0", ">=3.11,<3.13", false],
    ["3.13.0", " >= 3.11 , < 3.14 ", true],
    ["3.11.7", "<=3.11", false],
    ["3.11.0", "<=3.11", true],
    ["3.11.7", ">3.11", true],
    ["3.11.0", ">3.11", false],
    ["3.11.7", "==3.11.*", true],
    ["3.12.0", "==3.11.*", false],
    ["3.11.7", "==3.11", true],
    ["3.11.7", "3.11", true],
    ["3.12.1", "3.11", false],
    ["3.11.7", "===3.11.7", true],
    ["3.12.4", "~=3.11", true],
    ["4.0.0", "~=3.11", false],
    ["3.11.9", "~=3.11.2", true],
    ["3.12.0", "~=3.11.2", false],
    ["3.11.7", "!=3.11.*", false],
    ["3.11.7", "!=3.11.7", false],
    ["3.11.7", "!=3.11", true],
    ["3.12.0", ">=3.10,!=3.11.*", true],
  ] as const) {
    it(`${version} ${expected ? "satisfies" : "does not satisfy"} "${specifiers}"`, () => {
      assert.equal(satisfiesPython(version, specifiers), expected);
    });
  }
});

describe("inherited environment", () => {
  const env = {
    PATH: "/bin",
    HOME: "/home/joe",
    LC_ALL: "C",
    HTTPS_PROXY: "proxy",
    PULUMI_CONFIG_PASSPHRASE: "x",
    AWS_SECRET_ACCESS_KEY: "x",
    NODE_OPTIONS: "--inspect",
    PYTHONPATH: "/elsewhere",
    PIP_CERT: "/ca",
    PIP_TARGET: "/elsewhere",
    UV_CACHE_DIR: "/cache",
    npm_config_cafile: "/ca",
    npm_config_local_prefix: "/project",
    npm_config_loglevel: "silent",
    NPM_CONFIG_OMIT: "dev",
    EMPTY: undefined,
  };

  it("of a server holds no credentials and no settings of other programs", () => {
    assert.deepEqual(Object.keys(inheritedEnv(env)), ["PATH", "HOME", "LC_ALL", "HTTPS_PROXY"]);
  });

  it("of a package manager holds its settings, but not those that change what is installed where", () => {
    const added = Object.keys(packageManagerEnv(env)).filter((key) => !(key in inheritedEnv(env)));
    assert.deepEqual(added, ["PIP_CERT", "UV_CACHE_DIR", "npm_config_cafile"]);
  });
});
