import assert from "node:assert/strict";
import { chdir, cwd } from "node:process";
import * as pulumi from "@pulumi/pulumi";
import { McpImage } from "../../../components";
import { imageInputs } from "../../../components/image/inputs";
import type { McpServerArgs } from "../../../components/server";
import { makeFolder, removeFolders } from "../../support/folder";
import { type Registered, runWithMocks, secretValue, settled, theOnly } from "../../support/mocks";
import { PYTHON } from "./support";

const IMAGE = "docker:index/image:Image";
const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
const SCAN = "mcp:index:ImageScan";
const CONTEXT = {
  context: ".mcp/test/weather/context",
  dockerfile: ".mcp/test/weather/Dockerfile",
  digest: "0123456789abcdef",
};
const PLATFORM = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
const BUILD = {
  context: CONTEXT.context,
  dockerfile: CONTEXT.dockerfile,
  platform: PLATFORM,
  builderVersion: "BuilderBuildKit",
};

const value = (input: unknown) => settled(pulumi.output(input));

describe("the inputs of an image", () => {
  it("are tagged by content and not pushed without a registry", async () => {
    const inputs = imageInputs({ name: "weather" }, CONTEXT, { buildArgs: { A: "1" }, platform: "linux/arm64" });
    assert.deepEqual(await value(inputs), {
      imageName: "mcp/weather:0123456789ab",
      build: { ...BUILD, platform: "linux/arm64", args: { A: "1" } },
      skipPush: true,
    });
  });

  it("are pushed to the registry, with the password as a secret", async () => {
    const registry = {
      server: "registry.example.com:5000",
      namespace: "acme/mcp",
      username: "bot",
      password: "s3cret",
    };
    const inputs = imageInputs({ name: "weather" }, CONTEXT, {}, { registry });
    assert.deepEqual(await value(inputs), {
      imageName: "registry.example.com:5000/acme/mcp/weather:0123456789ab",
      build: BUILD,
      skipPush: false,
      registry: { server: "registry.example.com:5000", username: "bot", password: "s3cret" },
    });
    assert.equal(await pulumi.isSecret(pulumi.output(inputs.registry)), true);
    assert.equal(await pulumi.isSecret(pulumi.output(inputs.imageName)), false);
    assert.equal(await pulumi.isSecret(pulumi.output(inputs.build)), false);
  });

  it("leave the login to the Docker configuration without a user", async () => {
    const inputs = imageInputs({ name: "weather" }, CONTEXT, {}, { registry: { server: "ghcr.io" } });
    assert.equal(await value(inputs.imageName), "ghcr.io/weather:0123456789ab");
    assert.deepEqual(await value(inputs.registry), { server: "ghcr.io" });
  });
});

describe("McpImage", () => {
  const before = cwd();
  beforeEach(() => chdir(makeFolder()));
  after(() => {
    chdir(before);
    removeFolders();
  });

  const outputs = ({ type, inputs }: Registered) =>
    type === IMAGE ? { repoDigest: "sha256:built" } : type === SCAN ? { reference: inputs.image } : {};
  const make = (args: Partial<McpServerArgs>, preview = false) =>
    runWithMocks(() => new McpImage("weather", { source: makeFolder(PYTHON), ...args }), { outputs, preview });

  it("builds the image from the written context and gives its digest", async () => {
    const { resources, result } = await make({});
    const { imageName, ...inputs } = theOnly(resources, IMAGE).inputs;
    assert.match(String(imageName), /^mcp\/weather:[0-9a-f]{12}$/);
    assert.deepEqual(inputs, { build: BUILD, skipPush: true, buildOnPreview: false });
    assert.equal(await settled(result.reference), "sha256:built");
    assert.deepEqual(
      resources.map(({ type }) => type),
      ["mcp:index:McpImage", IMAGE],
    );
  });

  it("registers the same in a preview, where the digest is unknown", async () => {
    const { resources, result } = await make({ image: { scan: {} } }, true);
    assert.deepEqual(
      resources.map(({ type }) => type),
      ["mcp:index:McpImage", IMAGE, SCAN],
    );
    assert.equal(await settled(result.reference), undefined);
  });

  it("hands secret build arguments on as secrets, an output among them", async () => {
    const late = pulumi.output(
      new Promise<string>((resolve) => setTimeout(() => resolve("https://user:s3cret@r/"), 5)),
    );
    const { resources } = await make({ image: { buildArgs: { A: "1" }, buildSecrets: { PIP_INDEX_URL: late } } });
    const build = secretValue(theOnly(resources, IMAGE).inputs.build);
    assert.deepEqual(build, { ...BUILD, args: { A: "1", PIP_INDEX_URL: "https://user:s3cret@r/" } });
  });

  it("is deployed once a scan has passed, where one is asked for", async () => {
    const { resources, result } = await make({ image: { scan: { severity: "critical", ignore: ["CVE-2026-1"] } } });
    assert.deepEqual(theOnly(resources, SCAN).inputs, {
      server: "weather",
      image: "sha256:built",
      severity: "critical",
      ignore: ["CVE-2026-1"],
    });
    assert.equal(await settled(result.reference), "sha256:built");
  });

  describe("that exists already", () => {
    const ID = `sha256:${"1".repeat(64)}`;
    const DIGEST = `sha256:${"2".repeat(64)}`;
    const pull = (image: McpServerArgs["image"], repoDigest = "", preview = false) =>
      runWithMocks(() => new McpImage("weather", { image }), {
        preview,
        outputs: ({ type, inputs }) =>
          type === REMOTE_IMAGE ? { imageId: ID, repoDigest } : type === SCAN ? { reference: inputs.image } : {},
      });
    const deployed = async (reference: string, repoDigest: string) =>
      settled((await pull({ reference }, repoDigest)).result.reference);

    it("is deployed by its own digest, else by that of its tag, else by its id", async () => {
      const registry = "registry.example.com:5000/weather";
      assert.equal(await deployed(`weather:1@${DIGEST}`, ""), `weather@${DIGEST}`);
      assert.equal(await deployed(`${registry}:1`, `${registry}@${DIGEST}`), `${registry}@${DIGEST}`);
      assert.equal(await deployed("weather:1", ""), ID);
      // What the provider tells of an image that the engine knows by another repository, too.
      assert.equal(await deployed(`${registry}:1`, `${registry}-2@${DIGEST}`), ID);
    });

    it("is pulled for the platform that is asked for, and stays on the engine", async () => {
      const { resources } = await pull({ reference: "weather:1", platform: "linux/arm64" });
      assert.deepEqual(
        resources.map(({ type }) => type),
        ["mcp:index:McpImage", REMOTE_IMAGE],
      );
      const inputs = { name: "weather:1", keepLocally: true, platform: "linux/arm64" };
      assert.deepEqual(theOnly(resources, REMOTE_IMAGE).inputs, inputs);
    });

    it("is deployed once a scan has passed", async () => {
      for (const preview of [false, true]) {
        const { resources } = await pull({ reference: `weather@${DIGEST}`, scan: { severity: "low" } }, "", preview);
        const { image, severity } = theOnly(resources, SCAN).inputs;
        assert.deepEqual([image, severity], [`weather@${DIGEST}`, "low"]);
      }
    });

    it("refuses bad settings before anything is registered", async () => {
      const { resources } = await runWithMocks(() => {
        const image = { reference: "weather:1", scan: { scanner: "trivvy" as "trivy" } };
        assert.throws(
          () => new McpImage("weather", { image }),
          /^InvalidInputError: image\.scan\.scanner: unknown value/,
        );
      });
      assert.deepEqual(
        resources.filter(({ type }) => type === REMOTE_IMAGE),
        [],
      );
    });
  });

  it("refuses bad settings before anything is registered", async () => {
    await runWithMocks(() => {
      const build = (image: object) => () => new McpImage("weather", { source: makeFolder(PYTHON), image });
      assert.throws(build({ base: "python:latest" }), /^InvalidInputError: image\.base: python:latest has no version/);
      assert.throws(
        build({ caCertificate: "nowhere.pem" }),
        /^InvalidInputError: image\.caCertificate: the file can't be read/,
      );
      assert.throws(build({ layout: pulumi.output("lightweight") }), /^InvalidInputError: image: depends on another/);
    });
  });
});
