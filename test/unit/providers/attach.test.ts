import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { makeFolder, removeFolders } from "../../support/folder";
import { attachProviders, officialPlugin } from "../../support/providers/attach";
import { PartialError, type TestProvider } from "../../support/providers/resource";
import { serve } from "../../support/providers/server";
import { PASSWORD, resourceType } from "./types";

/** A folder with a program of this name. */
function withProgram(file: string): string {
  const folder = makeFolder({ [file]: "#!/bin/sh\n" });
  chmodSync(path.join(folder, file), 0o755);
  return folder;
}

describe("test providers, attached where the official plugin is missing", () => {
  after(removeFolders);

  it("all, without official plugins; the engine then fetches none", async () => {
    const empty = makeFolder();
    const { env, stop } = await attachProviders(empty, { PATH: empty, PULUMI_HOME: empty });
    await stop();
    assert.match(env.PULUMI_DEBUG_PROVIDERS ?? "", /^docker:\d+,kubernetes:\d+,random:\d+$/);
    assert.equal(env.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION, "true");
  });

  it("only the other one, with an official plugin on PATH", async () => {
    const folder = withProgram("pulumi-resource-docker");
    const { env, stop } = await attachProviders(folder, { PATH: folder, PULUMI_HOME: folder }, ["docker", "random"]);
    await stop();
    assert.match(env.PULUMI_DEBUG_PROVIDERS ?? "", /^random:\d+$/);
    assert.equal(env.PATH, [folder, folder].join(path.delimiter));
  });

  it("none, with official plugins installed: the newest is put on PATH", async () => {
    const home = withProgram("plugins/resource-docker-v5.10.0/pulumi-resource-docker");
    const old = withProgram("plugins/resource-docker-v5.2.0/pulumi-resource-docker");
    assert.equal(
      await officialPlugin("docker", { PATH: "", PULUMI_HOME: home }),
      path.join(home, "plugins/resource-docker-v5.10.0"),
    );
    assert.equal(
      await officialPlugin("docker", { PATH: "", PULUMI_HOME: old }),
      path.join(old, "plugins/resource-docker-v5.2.0"),
    );
    assert.equal(await officialPlugin("random", { PATH: "", PULUMI_HOME: home }), undefined);
  });
});

describe("test providers, in the provider protocol", () => {
  const failing: TestProvider = {
    name: "random",
    version: "1.2.3",
    resources: {
      [PASSWORD]: Object.assign(resourceType(PASSWORD), {
        create: async () => {
          throw new PartialError("half made", "id-1", { length: 4 });
        },
      }),
    },
  };
  const urn = `urn:pulumi:stack::project::mcp:index:Parent$${PASSWORD}::pw`;
  let client: ResourceProviderClient;
  let stop: () => Promise<void>;

  before(async () => {
    const running = await serve(failing, __dirname);
    client = new ResourceProviderClient(`127.0.0.1:${running.port}`, grpc.credentials.createInsecure());
    stop = running.stop;
  });
  after(async () => {
    client.close();
    await stop();
  });

  it("answer a check with failures that name the place", async () => {
    const request = new proto.CheckRequest().setUrn(urn).setNews(Struct.fromJavaScript({ length: "x" }));
    const response = await new Promise<proto.CheckResponse>((resolve, reject) => {
      client.check(request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    assert.deepEqual(
      response.getFailuresList().map((failure) => failure.getReason()),
      [`expected integer type, got "x" of type string. Examine values at 'pw.length'.`],
    );
  });

  it("hand over what is known of a half-made resource", async () => {
    const request = new proto.CreateRequest().setUrn(urn).setProperties(Struct.fromJavaScript({ length: 4 }));
    const error = await new Promise<grpc.ServiceError | null>((resolve) => {
      client.create(request, (problem) => resolve(problem));
    });
    assert.equal(error?.details, "half made");
    const [details] = error.metadata.get("grpc-status-details-bin");
    assert.ok(Buffer.from(details ?? "").includes("id-1"));
    assert.ok(Buffer.from(details ?? "").includes("ErrorResourceInitFailed"));
  });

  it("refuse a type that they don't have", async () => {
    const request = new proto.CheckRequest().setUrn("urn:pulumi:stack::project::docker:index/tag:Tag::t");
    const error = await new Promise<grpc.ServiceError | null>((resolve) => {
      client.check(request, (problem) => resolve(problem));
    });
    assert.match(error?.details ?? "", /docker:index\/tag:Tag is not part of the test provider; it has random:/);
  });
});
