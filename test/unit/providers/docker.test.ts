import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describeWithDocker, docker, dockerObjects, removeDockerObjects } from "../../support/docker";
import { makeFolder, removeFolders } from "../../support/folder";
import { type Context, PartialError } from "../../support/providers/resource";
import { containsSecret, type Properties, plain, plainProperties, secret } from "../../support/providers/values";
import { CONTAINER, IMAGE, resourceType, VOLUME } from "./types";

const NETWORK = "docker:index/network:Network";
const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
const BASE = "debian:bookworm-slim";

describeWithDocker(
  "test providers on a real engine",
  function () {
    this.timeout(60_000);
    const prefix = `test-provider-${randomBytes(3).toString("hex")}`;
    const logged: string[] = [];
    let folder: string;

    const context = (): Context => ({
      folder,
      config: {},
      log: (_severity, message) => logged.push(message),
      urn: "urn:pulumi:stack::project::type::web",
      name: "web",
      preview: false,
      seed: randomBytes(8),
    });
    const check = async (token: string, inputs: Properties) => {
      const checked = await resourceType(token).check(context(), {}, inputs);
      assert.deepEqual(checked.failures, []);
      return checked.inputs;
    };
    const create = async (token: string, inputs: Properties) => {
      const checked = await check(token, inputs);
      return { ...(await resourceType(token).create(context(), checked)), inputs: checked };
    };
    const sleeper = (settings: Properties = {}) => ({ image: BASE, command: ["sleep", "300"], ...settings });

    before(() => {
      folder = makeFolder({
        "ctx/Dockerfile": `FROM ${BASE}\nARG GREETING\nRUN echo "$GREETING" > /greeting\nCMD ["sleep", "300"]\n`,
        "bad/Dockerfile": `FROM ${BASE}\nRUN echo the-reason && false\n`,
      });
    });
    afterEach(() => removeDockerObjects(prefix));
    after(async () => {
      for (const image of await docker().listImages({ filters: { reference: [`${prefix}*`] } })) {
        for (const tag of image.RepoTags ?? []) await docker().getImage(tag).remove({ force: true });
      }
      assert.deepEqual(await dockerObjects(prefix), []);
      removeFolders();
    });

    it("make, read, update and remove a container with its network and volume", async () => {
      const network = await create(NETWORK, { name: `${prefix}-net` });
      const volume = await create(VOLUME, { name: `${prefix}-data` });
      assert.equal(volume.id, `${prefix}-data`);
      const web = await create(CONTAINER, {
        ...sleeper({ name: `${prefix}-web`, memory: 64, memorySwap: 64, destroyGraceSeconds: 1 }),
        envs: [secret("PASSWORD=canary")],
        networksAdvanced: [{ name: network.id, aliases: ["web"] }],
        mounts: [{ type: "volume", source: volume.id, target: "/data" }],
        ports: [{ internal: 80, ip: "127.0.0.1" }],
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        uploads: [{ file: "/etc/uploaded", content: "hello" }],
      });
      const real = await docker().getContainer(web.id).inspect();
      assert.equal(real.HostConfig.Memory, 64 * 1024 * 1024);
      assert.deepEqual(Object.keys(real.NetworkSettings.Networks), [`${prefix}-net`]);
      assert.deepEqual(real.HostConfig.CapDrop, ["ALL"]);
      assert.ok(real.Config.Env.includes("PASSWORD=canary"));
      assert.ok(containsSecret(web.outputs.envs));
      const [port] = plain(web.outputs.ports ?? null) as Properties[];
      assert.ok(Number(port?.external) > 1024);
      assert.equal(web.outputs.hostname, web.id.slice(0, 12));

      const type = resourceType(CONTAINER);
      assert.deepEqual(type.diff(web.outputs, web.inputs).changes, {});
      const read = await type.read(context(), web.id, web.outputs, web.inputs);
      assert.deepEqual(type.diff(read?.outputs ?? {}, web.inputs).changes, {});
      assert.deepEqual(plainProperties(read?.inputs ?? {}), plainProperties(web.inputs));

      const more = { ...web.inputs, memory: 96, memorySwap: 96 };
      const updated = await type.update(context(), web.id, web.outputs, more);
      assert.equal((await docker().getContainer(web.id).inspect()).HostConfig.Memory, 96 * 1024 * 1024);
      assert.deepEqual(type.diff(updated, more).changes, {});

      await type.delete(context(), web.id, updated);
      await resourceType(NETWORK).delete(context(), network.id, network.outputs);
      await resourceType(VOLUME).delete(context(), volume.id, volume.outputs);
      assert.deepEqual(await dockerObjects(prefix), []);
      // What is gone already is no error.
      await type.delete(context(), web.id, updated);
      assert.equal(await type.read(context(), web.id, updated, more), undefined);
    });

    it("notice a container that was stopped, and start it again", async () => {
      const type = resourceType(CONTAINER);
      const web = await create(CONTAINER, sleeper({ name: `${prefix}-stopped` }));
      await docker().getContainer(web.id).kill();
      const read = await type.read(context(), web.id, web.outputs, web.inputs);
      assert.equal(read?.outputs.mustRun, false);
      assert.deepEqual(type.diff(read.outputs, web.inputs).changes, { mustRun: "update" });
      await type.update(context(), web.id, read.outputs, web.inputs);
      assert.ok((await docker().getContainer(web.id).inspect()).State.Running);
    });

    it("wait for health, and keep hold of a container that does not become healthy", async () => {
      const health = (command: string) => ({ healthcheck: { tests: ["CMD", command], interval: "1s", retries: 1 } });
      await create(CONTAINER, sleeper({ name: `${prefix}-well`, wait: true, waitTimeout: 30, ...health("true") }));
      const started = Date.now();
      const ill = sleeper({ name: `${prefix}-ill`, wait: true, waitTimeout: 2, ...health("false") });
      await assert.rejects(create(CONTAINER, ill), (error: unknown) => {
        assert.ok(error instanceof PartialError);
        assert.match(error.message, /container failed to be in healthy state/);
        const { changes, replaces } = resourceType(CONTAINER).diff(error.outputs, { ...ill });
        assert.ok("networkDatas" in changes);
        assert.deepEqual(replaces, ["entrypoints"]);
        return true;
      });
      assert.ok(Date.now() - started < 15_000);
    });

    it("tell in the engine's words that a port is taken and that an image is unknown", async () => {
      const first = await create(
        CONTAINER,
        sleeper({ name: `${prefix}-one`, ports: [{ internal: 80, ip: "127.0.0.1" }] }),
      );
      const [port] = plain(first.outputs.ports ?? null) as Properties[];
      const taken = { internal: 80, external: port?.external ?? 0, ip: "127.0.0.1" };
      await assert.rejects(
        create(CONTAINER, sleeper({ name: `${prefix}-two`, ports: [taken] })),
        /Unable to start container: Error response from daemon: .*port is already allocated/,
      );
      const unknown = "127.0.0.1:1/nothing:1";
      const failure =
        /unable to pull image 127\.0\.0\.1:1\/nothing:1: .*: Error response from daemon: .*connection refused/;
      await assert.rejects(create(CONTAINER, sleeper({ image: unknown })), failure);
      await assert.rejects(create(REMOTE_IMAGE, { name: unknown }), failure);
    });

    it("wait until nothing uses a volume and a network any more", async () => {
      const network = await create(NETWORK, { name: `${prefix}-used` });
      const web = await create(
        CONTAINER,
        sleeper({ name: `${prefix}-user`, networksAdvanced: [{ name: network.id }] }),
      );
      const removal = resourceType(NETWORK).delete(context(), network.id, network.outputs);
      await resourceType(CONTAINER).delete(context(), web.id, web.outputs);
      await removal;
      assert.deepEqual(await dockerObjects(prefix), []);
    });

    it("find an image that is there, and keep it when told so", async () => {
      const image = await create(REMOTE_IMAGE, { name: BASE, keepLocally: true });
      const { Id } = await docker().getImage(BASE).inspect();
      assert.equal(image.outputs.imageId, Id);
      assert.equal(image.id, Id + BASE);
      await resourceType(REMOTE_IMAGE).delete(context(), image.id, image.outputs);
      assert.equal((await docker().getImage(BASE).inspect()).Id, Id);
    });

    it("build an image with BuildKit, and build again only for other inputs", async () => {
      const type = resourceType(IMAGE);
      const inputs = (greeting: string) => ({
        imageName: `${prefix}:1`,
        skipPush: true,
        build: { context: "ctx", platform: "linux/amd64", args: { GREETING: secret(greeting) } },
      });
      const preview = await type.create({ ...context(), preview: true }, await check(IMAGE, inputs("hi")));
      assert.equal(preview.outputs.repoDigest, undefined);
      const image = await create(IMAGE, inputs("hi"));
      const { Id } = await docker().getImage(`${prefix}:1`).inspect();
      assert.equal(image.id, `${prefix}:1`);
      assert.equal(image.outputs.repoDigest, Id);
      assert.equal(image.outputs.dockerfile, "Dockerfile");
      assert.ok(
        logged.some((line) => line.includes('RUN echo "hi"')),
        logged.join("\n"),
      );
      assert.ok(containsSecret(image.outputs.__inputs));
      assert.deepEqual(type.diff(image.outputs, image.inputs).changes, {});

      const other = await check(IMAGE, inputs("ho"));
      assert.deepEqual(type.diff(image.outputs, other), {
        changes: { build: "update" },
        replaces: [],
        deleteBeforeReplace: false,
      });
      const updated = await type.update(context(), image.id, image.outputs, other);
      assert.notEqual(updated.repoDigest, Id);
    });

    it("show a build's own output, and fail with its step", async () => {
      const build = { context: "bad", platform: "linux/amd64" };
      await assert.rejects(
        create(IMAGE, { imageName: `${prefix}:bad`, skipPush: true, build }),
        /error reading build output: .*echo the-reason && false.*1/,
      );
      assert.ok(logged.some((line) => line.split("\n").includes("the-reason")));
    });

    it("refuse to push to no registry, and say what is wrong when it does not answer", async () => {
      const build = { context: "ctx", platform: "linux/amd64" };
      await assert.rejects(check(IMAGE, { imageName: `${prefix}:1`, build }), /repository name must be canonical/);
      const unreachable = { imageName: `127.0.0.1:1/${prefix}:1`, build };
      await assert.rejects(create(IMAGE, unreachable), /error reading push output: .*connection refused/);
      await docker().getImage(unreachable.imageName).remove();
    });
  },
  [BASE],
);
