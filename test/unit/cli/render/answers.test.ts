import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { parse } from "yaml";
import type { Given } from "../../../../cli/render/options";
import { render } from "../../../../cli/render/render";
import {
  configOf,
  DEPLOYMENT,
  DIGEST,
  failure,
  IMAGE,
  inProject,
  optionsOf,
  REDIS_PASSWORD,
  stateResource,
  TestSource,
  textOf,
} from "./support";

const IMAGE_TYPE = "docker:index/image:Image";

describe("mcp-deploy render: images and passwords", () => {
  inProject();

  /** The build that is asked for now, as a state holds it. */
  const built = (imageName: string, more: object = {}) =>
    stateResource(
      IMAGE_TYPE,
      "weather-image",
      {
        imageName,
        skipPush: false,
        buildOnPreview: false,
        build: {
          context: ".mcp/prod/weather/context",
          dockerfile: ".mcp/prod/weather/Dockerfile",
          contextDigest: "added by the provider",
          builderVersion: "BuilderBuildKit",
          platform: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
          ...more,
        },
      },
      { repoDigest: `registry.example.com/mcp/weather@${DIGEST}` },
    );
  const withoutImage = (given: Partial<Given> = {}) => optionsOf({ image: {}, ...given });
  /** The name that the image has with the source as it is. */
  const currentName = async () =>
    /registry\.example\.com\/mcp\/weather:[0-9a-f]{12}/.exec(
      await failure(render(new TestSource(), withoutImage())),
    )?.[0] ?? "";

  it("are an error when they were never made, with the commands that make them", async () => {
    const source = new TestSource();
    source.resources = [];
    const message = await failure(render(source, withoutImage()));
    assert.equal(
      message.replace(/:[0-9a-f]{12}$/m, ":TAG"),
      `What the manifests of prod depend on was never made, or not of what the sources and settings hold now:
  redis    a generated password
  weather  registry.example.com/mcp/weather:TAG
  fix: npx mcp-deploy render --stack prod --build makes it, without touching the cluster
       or, for an image that is built elsewhere: --image weather=registry.example.com/mcp/weather@sha256:...`,
    );
    assert.equal(existsSync("rendered"), false);
  });

  it("are left to up in a stack that up has deployed", async () => {
    const source = new TestSource();
    source.resources.push(stateResource("pulumi:providers:kubernetes", "kubernetes", {}));
    const message = await failure(render(source, withoutImage()));
    assert.match(message, /\n {2}fix: npx mcp-deploy up --stack prod makes it, and rolls it out\n {7}or, for an image/);
  });

  it("come from the last deployment while source and settings are the same", async () => {
    const name = await currentName();
    const source = new TestSource();
    source.resources.push(built(name));
    await render(source, withoutImage());
    assert.equal(parse(textOf(DEPLOYMENT)).spec.template.spec.containers[0].image, IMAGE);
    for (const other of [built(`${name.slice(0, -12)}000000000000`), built(name, { platform: "linux/s390x" })]) {
      source.resources = [REDIS_PASSWORD, other];
      assert.match(await failure(render(source, withoutImage())), /never made, or not of what/);
    }
  });

  it("are made with --build, only what is missing, and once", async () => {
    const name = await currentName();
    const source = new TestSource();
    source.onBuild = () => source.resources.push(built(name));
    await render(source, withoutImage({ build: true }));
    assert.deepEqual(source.built, [[{ type: IMAGE_TYPE, name: "weather-image", owner: "weather", what: name }]]);
    await render(source, withoutImage({ build: true }));
    assert.equal(source.built.length, 1);
  });

  it("are not asked for when the image exists already", async () => {
    const config = configOf({ source: undefined, image: { reference: IMAGE }, transport: "http", services: [] });
    await render(new TestSource({ ...config, "mcp:services": [] }), withoutImage());
    assert.equal(parse(textOf(DEPLOYMENT)).spec.template.spec.containers[0].image, IMAGE);
  });

  it("of a server that there is not are refused", async () => {
    const options = optionsOf({ image: { weather: IMAGE, wether: IMAGE } });
    assert.equal(
      await failure(render(new TestSource(), options)),
      "--image names a server whose image is not needed: wether\n  known: weather",
    );
  });
});
