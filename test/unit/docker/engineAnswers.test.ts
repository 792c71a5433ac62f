import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import path from "node:path";
import { engineFolder, needEngine } from "../../../components/docker/engineAnswers";
import { makeFolder, removeFolders } from "../../support/folder";

/** Starts what takes the place of an engine; returns the path of its socket. */
async function listen(answer: RequestListener): Promise<string> {
  const socket = path.join(makeFolder(), "engine.sock");
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  servers.push(server);
  return socket;
}

const servers: Server[] = [];

const closeServers = () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  removeFolders();
};

describe("the question whether a Docker Engine answers", () => {
  after(closeServers);

  it("says which engine was asked, who names it, why it failed, and what to do", async () => {
    const socket = path.join(makeFolder(), "none.sock");
    await assert.rejects(needEngine({}, { DOCKER_HOST: `unix://${socket}` }), {
      message: [
        `mcp:target: is docker, but no Docker Engine answers at unix://${socket}, which DOCKER_HOST names`,
        `  got:     connect ENOENT ${socket}`,
        "  fix:     start Docker (Docker Desktop, or `sudo systemctl start docker`), or name another engine there; `docker version` shows when it answers",
      ].join("\n"),
    });
  });

  it("asks the engine of the provider's own config first, and one on TCP too", async () => {
    const env = { DOCKER_HOST: `unix://${await listen((_, answer) => answer.end("OK"))}` };
    await needEngine({}, env);
    await assert.rejects(
      needEngine({ "docker:host": "tcp://127.0.0.1:9" }, env),
      /no Docker Engine answers at tcp:\/\/127\.0\.0\.1:9, which the config `docker:host` names\n {2}got: {5}connect ECONNREFUSED/,
    );
  });

  it("takes an engine that answers with an error of its own for one that does not run", async () => {
    const socket = await listen((_, answer) => answer.writeHead(503).end());
    await assert.rejects(needEngine({}, { DOCKER_HOST: `unix://${socket}` }), /it answers with HTTP status 503/);
  });

  it("does not wait for one that says nothing", async function () {
    this.timeout(10_000);
    const socket = await listen(() => {});
    await assert.rejects(needEngine({}, { DOCKER_HOST: `unix://${socket}` }), /no answer within 5 s/);
  });

  it("leaves to the provider what it can't ask itself: SSH, contexts, TLS", async () => {
    await needEngine({}, { DOCKER_HOST: "ssh://nowhere.example.com" });
    await needEngine({ "docker:context": "other" }, { DOCKER_HOST: "tcp://127.0.0.1:9" });
    await needEngine({}, { DOCKER_HOST: "tcp://127.0.0.1:9", DOCKER_CERT_PATH: "/certificates" });
  });
});

describe("the folder of the Docker Engine", () => {
  after(closeServers);

  it("is what the engine says, else the usual one", async () => {
    const socket = await listen((request, answer) =>
      answer.end(request.url === "/info" ? '{"DockerRootDir":"/data/docker"}' : "{}"),
    );
    assert.equal(await engineFolder({}, { DOCKER_HOST: `unix://${socket}` }), "/data/docker");
    assert.equal(await engineFolder({}, { DOCKER_HOST: "ssh://nowhere.example.com" }), "/var/lib/docker");
    const none = path.join(makeFolder(), "none.sock");
    assert.equal(await engineFolder({}, { DOCKER_HOST: `unix://${none}` }), "/var/lib/docker");
  });
});
