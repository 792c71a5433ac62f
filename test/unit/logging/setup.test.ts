import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { logSetup } from "../../../provider/logging/setup";
import { freePort } from "../../support/stack";

interface Asked {
  request: string;
  body: string;
  authorization: string | undefined;
  xsrf: string | undefined;
}

/** Answers by request: a status, or a status with a body. */
type Answers = Record<string, number | [status: number, body: string]>;

describe("LogSetup", () => {
  let server: Server | undefined;
  let asked: Asked[];

  /** A service that gives these answers, and 200 to all else. */
  async function serve(answers: Answers, port?: number): Promise<string> {
    asked = [];
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const { authorization, "kbn-xsrf": xsrf } = request.headers;
        const name = `${request.method} ${request.url}`;
        asked.push({ request: name, body, authorization, xsrf: xsrf as string | undefined });
        const answer = answers[name] ?? 200;
        const [status, text] = typeof answer === "number" ? [answer, "{}"] : answer;
        response.writeHead(status).end(text);
      });
    });
    const chosen = port ?? (await freePort());
    await new Promise<void>((resolve) => server?.listen(chosen, "127.0.0.1", resolve));
    return `http://127.0.0.1:${chosen}`;
  }
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  const put = (path: string, body: object = {}) => ({ method: "PUT" as const, path, body });
  const inputs = { service: "elasticsearch", timeoutSeconds: 5, steps: [put("/a", { x: 1 }), put("/b")] };

  it("carries out its steps in order, as the user", async () => {
    const url = await serve({});
    const { id, outs } = await logSetup.create({ ...inputs, url, username: "elastic", password: "word" });
    assert.equal(id, "elasticsearch");
    assert.equal(outs?.readyUrl, url);
    const authorization = `Basic ${Buffer.from("elastic:word").toString("base64")}`;
    assert.deepEqual(asked, [
      { request: "PUT /a", body: '{"x":1}', authorization, xsrf: "pulumi-mcp-deploy" },
      { request: "PUT /b", body: "{}", authorization, xsrf: "pulumi-mcp-deploy" },
    ]);
  });

  it("names no user where there is none", async () => {
    await logSetup.create({ ...inputs, url: await serve({}) });
    assert.deepEqual(
      asked.map(({ authorization }) => authorization),
      [undefined, undefined],
    );
  });

  it("leaves alone what is there", async () => {
    const there = { ...put("/view"), unless: "/view/1" };
    const missing = { ...put("/view"), unless: "/view/2" };
    const url = await serve({ "GET /view/2": 404 });
    await logSetup.create({ ...inputs, url, steps: [there, missing] });
    assert.deepEqual(
      asked.map(({ request }) => request),
      ["GET /view/1", "GET /view/2", "PUT /view"],
    );
  });

  it("waits for a service that only starts", async () => {
    const port = await freePort();
    setTimeout(() => serve({}, port), 700);
    await logSetup.create({ ...inputs, url: `http://127.0.0.1:${port}` });
    assert.deepEqual(
      asked.map(({ request }) => request),
      ["PUT /a", "PUT /b"],
    );
  });

  it("asks again a service that is not ready yet, and says so when it stays so", async () => {
    const url = await serve({ "PUT /a": [503, '"Kibana server is not ready yet"'] });
    await assert.rejects(logSetup.create({ ...inputs, url, timeoutSeconds: 1 }), {
      message: `"elasticsearch" does not answer at ${url}: HTTP 503, "Kibana server is not ready yet" (waited 1 s)`,
    });
    assert.ok(asked.length > 1);
  });

  it("says that nobody answers", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    await assert.rejects(logSetup.create({ ...inputs, url, timeoutSeconds: 1 }), {
      message: `"elasticsearch" does not answer at ${url}: ECONNREFUSED (waited 1 s)`,
    });
  });

  it("gives the service's own reason when it refuses; no message shows the passwords", async () => {
    const reason = JSON.stringify({ error: { reason: "password canary-1 is too short" }, status: 400 });
    const steps = [put("/user", { password: "canary-1" })];
    const wrong = { ...inputs, url: await serve({ "PUT /user": [400, reason] }), steps, password: "canary-2" };
    await assert.rejects(logSetup.create(wrong), {
      message: '"elasticsearch" refuses PUT /user: HTTP 400, password canary-1 is too short',
    });
    assert.deepEqual(logSetup.secretTexts(wrong), ["canary-2", "canary-1"]);
  });

  it("tells what a refused password may mean", async () => {
    const url = await serve({ "PUT /a": [401, '{"error":{"reason":"unable to authenticate"}}'] });
    await assert.rejects(logSetup.create({ ...inputs, url }), {
      message:
        '"elasticsearch" refuses PUT /a: HTTP 401, unable to authenticate. The user has to be one that may do this; its password is of the time when the data was made',
    });
  });

  it("is done again when what it does has changed, or where", async () => {
    const before = { ...inputs, url: "http://a", readyUrl: "http://a", triggers: ["1"] };
    const changes = async (news: object) =>
      (await logSetup.diff("elasticsearch", before, { ...before, ...news })).changes;
    assert.equal(await changes({ timeoutSeconds: 60 }), false);
    for (const news of [{ url: "http://b" }, { triggers: ["2"] }, { steps: [] }, { password: "other" }]) {
      assert.equal(await changes(news), true);
    }
  });
});
