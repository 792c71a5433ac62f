import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chooseBackend } from "../../../cli/backend";
import { ensurePassphrase } from "../../../cli/passphrase";
import { removeTempFolders, tempFolder, tempPaths } from "./support";

const mode = (path: string) => statSync(path).mode & 0o777;

/** A home folder whose user is logged in to a backend. */
function loggedIn(current: string): string {
  const home = tempFolder();
  mkdirSync(join(home, ".pulumi"));
  writeFileSync(join(home, ".pulumi", "credentials.json"), JSON.stringify({ current }));
  return home;
}

describe("chooseBackend", () => {
  after(removeTempFolders);

  it("takes PULUMI_BACKEND_URL before all else, and makes no passphrase", async () => {
    const paths = tempPaths();
    const env = { PULUMI_BACKEND_URL: "s3://bucket" };
    const home = loggedIn("https://pulumi.example");
    const backend = await chooseBackend({ env, paths, projectBackend: "gs://other", home });
    assert.deepEqual(backend, { own: false, location: "s3://bucket", folder: undefined, env: {}, created: false });
    assert.equal(existsSync(paths.config), false);
    assert.equal(existsSync(paths.data), false);
  });

  it("takes backend.url of Pulumi.yaml before the login", async () => {
    const home = loggedIn("https://pulumi.example");
    const backend = await chooseBackend({ env: {}, paths: tempPaths(), projectBackend: "gs://other", home });
    assert.equal(backend.location, "gs://other");
  });

  it("takes the login, and finds it through PULUMI_HOME too", async () => {
    const home = loggedIn("https://pulumi.example");
    assert.equal((await chooseBackend({ env: {}, paths: tempPaths(), home })).location, "https://pulumi.example");
    const env = { PULUMI_HOME: join(home, ".pulumi") };
    const elsewhere = await chooseBackend({ env, paths: tempPaths(), home: tempFolder() });
    assert.equal(elsewhere.location, "https://pulumi.example");
  });

  it("knows the folder of file:// backends, and shows no password of others", async () => {
    const home = tempFolder();
    const at = async (url: string) => chooseBackend({ env: { PULUMI_BACKEND_URL: url }, paths: tempPaths(), home });
    assert.equal((await at("file:///srv/state")).folder, "/srv/state");
    assert.equal((await at("file://~")).folder, home);
    assert.equal((await at("file://~/state?no_tmp_dir=true")).folder, join(home, "state"));
    assert.equal((await at("postgres://user:secret@db/state")).location, "postgres://db/state");
  });

  it("makes a private folder and a passphrase where the user chose nothing", async () => {
    const paths = tempPaths();
    const options = { env: {}, paths, home: tempFolder() };
    const first = await chooseBackend(options);
    const folder = join(paths.data, "state");
    const file = join(paths.config, "passphrase");
    assert.deepEqual(first, {
      own: true,
      location: folder,
      folder,
      created: true,
      env: { PULUMI_BACKEND_URL: pathToFileURL(folder).href, PULUMI_CONFIG_PASSPHRASE_FILE: file },
    });
    assert.deepEqual([mode(folder), mode(file)], [0o700, 0o600]);
    const passphrase = readFileSync(file, "utf8");
    assert.match(passphrase, /^[\w-]{43}$/);
    const second = await chooseBackend(options);
    assert.equal(second.created, false);
    assert.equal(readFileSync(file, "utf8"), passphrase);
  });

  it("leaves the passphrase to the user who sets one, an empty one too", async () => {
    for (const env of [{ PULUMI_CONFIG_PASSPHRASE: "" }, { PULUMI_CONFIG_PASSPHRASE_FILE: "/run/secret" }]) {
      const paths = tempPaths();
      const backend = await chooseBackend({ env, paths, home: tempFolder() });
      assert.deepEqual(Object.keys(backend.env), ["PULUMI_BACKEND_URL"]);
      assert.equal(existsSync(paths.config), false);
    }
  });

  it("does not replace a lost passphrase while there are stacks", async () => {
    const paths = tempPaths();
    const stacks = join(paths.data, "state", ".pulumi", "stacks", "mcp");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(stacks, "local.json"), "{}");
    await assert.rejects(
      chooseBackend({ env: {}, paths, home: tempFolder() }),
      /passphrase is gone.*\n.*PULUMI_CONFIG/,
    );
    assert.equal(existsSync(join(paths.config, "passphrase")), false);
  });
});

describe("ensurePassphrase", () => {
  after(removeTempFolders);

  it("gives every run of a race the same passphrase, and leaves no other file", async () => {
    const file = join(tempFolder(), "deep", "passphrase");
    const seen = await Promise.all(
      Array.from({ length: 20 }, async () => readFileSync(await ensurePassphrase(file, false), "utf8")),
    );
    assert.equal(new Set(seen).size, 1);
    assert.deepEqual(readdirSync(dirname(file)), ["passphrase"]);
  });

  it("closes a file that others could read", async () => {
    const file = join(tempFolder(), "passphrase");
    writeFileSync(file, "mine");
    chmodSync(file, 0o644);
    await ensurePassphrase(file, true);
    assert.equal(mode(file), 0o600);
    assert.equal(readFileSync(file, "utf8"), "mine");
  });
});
