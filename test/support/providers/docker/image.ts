import { existsSync } from "node:fs";
import path from "node:path";
import type Docker from "dockerode";
import type { Checked, Context, Diff, ResourceType } from "../resource";
import { readSchema, validateInputs } from "../schema";
import {
  annotateSecrets,
  containsUnknown,
  flagOf,
  mapOf,
  objectOf,
  type Properties,
  plainProperties,
  sameValue,
  secret,
  textOf,
  textsOf,
} from "../values";
import { type BuildPaths, contextArchive, contextDigest } from "./buildContext";
import { messageError, messageText } from "./buildLog";
import {
  daemonError,
  dockerClient,
  namesRegistry,
  type RegistryAuth,
  readMessages,
  registryAuth,
  registryOf,
} from "./client";

const TOKEN = "docker:index/image:Image";
const schema = readSchema("docker");

/** docker.Image: not bridged from Terraform, but native to the official plugin. */
export class Image implements ResourceType {
  async check(context: Context, _olds: Properties, news: Properties): Promise<Checked> {
    const inputs = plainProperties(news);
    const failures = validateInputs(schema, TOKEN, inputs);
    if (failures.length > 0) return { inputs: news, failures };
    const given = objectOf(inputs.build) ?? {};
    const build: Properties = { ...given, context: given.context ?? ".", dockerfile: given.dockerfile ?? null };
    build.dockerfile ??= path.posix.join(textOf(build.context), "Dockerfile");
    if (!containsUnknown([build.context ?? null, build.dockerfile]))
      build.contextDigest = digest(context.folder, build);
    if (build.platform === undefined) {
      build.platform = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
      context.log(
        "info",
        `Building your image for ${build.platform} architecture.\nTo ensure you are building for the correct platform, ` +
          "consider explicitly setting the `platform` field on ImageBuildOptions.",
      );
    }
    const name = textOf(inputs.imageName);
    if (!flagOf(inputs.skipPush) && !containsUnknown(name)) refuseShortName(name);
    const filled = { ...inputs, build, buildOnPreview: flagOf(inputs.buildOnPreview) };
    return { inputs: annotateSecrets(filled, news), failures: [] };
  }

  diff(olds: Properties, news: Properties): Diff {
    const old = objectOf(plainProperties(olds).__inputs) ?? {};
    const wanted = plainProperties(news);
    const changes: Diff["changes"] = {};
    for (const key of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
      const [before, after] = [old[key], wanted[key]];
      // Credentials change often, and make no other image.
      const server = (value: typeof before) => objectOf(value)?.server ?? null;
      const same =
        key === "registry" && before && after ? sameValue(server(before), server(after)) : sameValue(before, after);
      if (!same) changes[key] = before === undefined ? "add" : after === undefined ? "delete" : "update";
    }
    return { changes, replaces: [], deleteBeforeReplace: false };
  }

  async create(context: Context, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const plain = plainProperties(inputs);
    if (context.preview && !canPreview(plain)) return { id: "", outputs: inputs };
    return { id: textOf(plain.imageName), outputs: checkpoint(plain, await this.build(context, plain)) };
  }

  async read(_context: Context, id: string, state: Properties, inputs: Properties) {
    return { id, outputs: state, inputs };
  }

  async update(context: Context, _id: string, _olds: Properties, news: Properties): Promise<Properties> {
    const plain = plainProperties(news);
    if (context.preview && !canPreview(plain)) return news;
    return checkpoint(plain, await this.build(context, plain));
  }

  async delete(): Promise<void> {}

  private async build(context: Context, inputs: Properties): Promise<Properties> {
    const docker = dockerClient(context.config);
    const build = objectOf(inputs.build) ?? {};
    const name = textOf(inputs.imageName);
    const auth = await credentials(context, docker, inputs);
    const paths = buildPaths(context.folder, build);
    const id = await runBuild(context, docker, inputs, auth);
    const outputs = {
      dockerfile: path.relative(paths.context, paths.dockerfile).split(path.sep).join("/"),
      context: build.context ?? "",
      baseImageName: name,
      registryServer: textOf(objectOf(inputs.registry)?.server),
      imageName: name,
      platform: build.platform ?? "",
    };
    if (flagOf(inputs.skipPush) || context.preview) {
      return { ...outputs, repoDigest: (await docker.getImage(name).inspect()).Id || id };
    }
    return { ...outputs, repoDigest: await push(context, docker, name, auth) };
  }
}

function checkpoint(inputs: Properties, outputs: Properties): Properties {
  return { ...outputs, __inputs: secret(inputs) };
}

function canPreview(inputs: Properties): boolean {
  return flagOf(inputs.buildOnPreview) && !containsUnknown(inputs);
}

function buildPaths(folder: string, build: Properties): BuildPaths {
  const context = textOf(build.context);
  return {
    context: path.resolve(folder, context),
    dockerfile: path.resolve(folder, textOf(build.dockerfile)),
    ...(path.isAbsolute(context) ? {} : { base: folder }),
  };
}

function digest(folder: string, build: Properties): string {
  const paths = buildPaths(folder, build);
  if (existsSync(paths.dockerfile)) return contextDigest(paths);
  const dockerfile = textOf(build.dockerfile);
  const missing = `stat ${dockerfile}: no such file or directory`;
  if (path.isAbsolute(dockerfile)) {
    throw new Error(`expected a relative Dockerfile path; got ${JSON.stringify(dockerfile)} instead: ${missing}`);
  }
  const nested = path.posix.join(textOf(build.context), dockerfile);
  const found = existsSync(path.resolve(folder, nested));
  const hint = found ? `. Try setting \`dockerfile\` to ${JSON.stringify(nested)}` : `: ${missing}`;
  throw new Error(`could not open dockerfile at relative path ${JSON.stringify(dockerfile)}${hint}`);
}

function refuseShortName(name: string): void {
  if (namesRegistry(name)) return;
  throw new Error(
    `${JSON.stringify(name)}: repository name must be canonical.\nThis resource requires all image names to be fully ` +
      "qualified: prefix the name with its registry, `registry/repository/image:tag`",
  );
}

async function credentials(context: Context, docker: Docker, inputs: Properties): Promise<RegistryAuth | undefined> {
  const registry = objectOf(inputs.registry) ?? {};
  const server =
    textOf(registry.server)
      .replace(/^https?:\/\//, "")
      .replace(/\/.*$/, "") || (await registryOf(docker, textOf(inputs.imageName)));
  const { username, password } = { username: textOf(registry.username), password: textOf(registry.password) };
  if (username && password) return { username, password, serveraddress: server };
  if (username) context.log("warning", "password was not set, although username was; using host credentials file");
  if (password) context.log("warning", "username was not set, although password was; using host credentials file");
  return registryAuth(server);
}

async function runBuild(
  context: Context,
  docker: Docker,
  inputs: Properties,
  auth: RegistryAuth | undefined,
): Promise<string> {
  const build = objectOf(inputs.build) ?? {};
  const { archive, dockerfile } = contextArchive(buildPaths(context.folder, build));
  const cacheFrom = textsOf(objectOf(build.cacheFrom)?.images);
  const options: Docker.ImageBuildOptions = {
    t: textOf(inputs.imageName),
    dockerfile,
    buildargs: mapOf(build.args),
    version: build.builderVersion === "BuilderV1" ? "1" : "2",
    ...(build.target ? { target: textOf(build.target) } : {}),
    ...(build.platform ? { platform: textOf(build.platform) } : {}),
    ...(build.network ? { networkmode: textOf(build.network) } : {}),
    ...(build.addHosts ? { extrahosts: textsOf(build.addHosts).join(",") } : {}),
    ...(cacheFrom.length > 0 ? { cachefrom: JSON.stringify(cacheFrom) } : {}),
    ...(auth ? { authconfig: auth, registryconfig: { [auth.serveraddress]: auth } } : {}),
  };
  context.log("info", "Starting Docker build", { ephemeral: true });
  const stream = await docker
    .buildImage(archive as unknown as NodeJS.ReadableStream, options)
    .catch((error: unknown) => {
      throw new Error(`error building image: ${daemonError(error)}`);
    });
  let id = "";
  await followLog(context, "build", stream, (aux) => {
    id = textOf(aux.ID) || id;
  });
  if (!id) throw new Error("no image id found in build output");
  return id;
}

async function push(context: Context, docker: Docker, name: string, auth: RegistryAuth | undefined): Promise<string> {
  context.log("info", "Pushing Image to the registry", { ephemeral: true });
  const [, repository = name, tag = "latest"] = /^(.*?)(?::([^/:@]+))?$/.exec(name) ?? [];
  const stream = await docker
    .getImage(repository)
    .push({ tag, authconfig: auth ?? { username: "", password: "", serveraddress: "" } })
    .catch((error: unknown) => {
      throw new Error(daemonError(error));
    });
  let pushed = "";
  await followLog(context, "push", stream, (aux) => {
    pushed = textOf(aux.Digest) || pushed;
  });
  if (!pushed) throw new Error("Push completed without reporting a digest");
  return `${repository}@${pushed}`;
}

async function followLog(
  context: Context,
  what: string,
  stream: NodeJS.ReadableStream,
  onAux: (aux: Properties) => void,
): Promise<void> {
  let failure: string | undefined;
  await readMessages(stream, (message) => {
    failure ??= messageError(message);
    const aux = objectOf(message.aux);
    if (aux) onAux(aux);
    const text = messageText(message);
    if (text) context.log("info", text, { ephemeral: true });
  });
  if (failure !== undefined) throw new Error(`error reading ${what} output: ${failure}`);
}
