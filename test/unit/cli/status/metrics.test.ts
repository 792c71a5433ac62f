import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pageOf } from "../../../../cli/status/dockerMetrics";
import { gaugeOf, lookTwice, rateOf, readPage, sumOf } from "../../../../cli/status/metrics";
import { Missing } from "../../../../cli/status/report";

/** What prometheus_client writes, and labels that would mislead a careless reader. */
const PAGE = `# HELP mcp_requests_total MCP requests.
# TYPE mcp_requests_total counter
mcp_requests_total{method="tools/call",endpoint="greet"} 12.0
mcp_requests_total{method="tools/call",endpoint="odd } \\"name\\" 99"} 3
mcp_requests_total{method="initialize",endpoint="-"} 1e1 1700000000000
mcp_requests_total_other{method="x"} 1000
# TYPE mcp_request_errors_total counter
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 9.87e+07
# TYPE bad gauge
bad NaN
bad{kind="infinite"} +Inf
bad{kind="good"} 2
`;

const at = (ms: number, text: string) => ({ at: ms, text });
const requests = (count: number) => `# TYPE mcp_requests_total counter\nmcp_requests_total{method="a"} ${count}\n`;

describe("metrics of a server", () => {
  it("are summed over their series", () => {
    assert.equal(sumOf(PAGE, "mcp_requests_total"), 25);
    assert.equal(sumOf(PAGE, "process_resident_memory_bytes"), 98_700_000);
    assert.equal(sumOf(PAGE, "bad"), 2);
  });

  it("are 0 without a series, and missing without a declaration", () => {
    assert.equal(sumOf(PAGE, "mcp_request_errors_total"), 0);
    assert.equal(sumOf(PAGE, "mcp_active_connections"), undefined);
    assert.equal(sumOf("", "mcp_requests_total"), undefined);
  });

  it("give a rate over the time that really passed", () => {
    const looks = { first: at(1_000, requests(100)), second: at(2_250, requests(150)) };
    assert.equal(rateOf(looks, "mcp_requests_total"), 40);
    assert.equal(rateOf({ ...looks, second: at(2_250, requests(100)) }, "mcp_requests_total"), 0);
  });

  it("of a server that was restarted meanwhile have grown by what they show", () => {
    assert.equal(rateOf({ first: at(0, requests(100)), second: at(2_000, requests(6)) }, "mcp_requests_total"), 3);
  });

  it("say why there is none", () => {
    const looks = { first: at(0, requests(1)), second: at(1_000, "") };
    assert.deepEqual(rateOf(looks, "mcp_requests_total"), new Missing("its metrics have no mcp_requests_total"));
    const none = new Missing("no metrics: nothing listens on port 8000");
    assert.equal(rateOf(none, "mcp_requests_total"), none);
    assert.equal(gaugeOf(none, "process_resident_memory_bytes"), none);
    assert.equal(gaugeOf({ first: at(0, ""), second: at(1, PAGE) }, "process_resident_memory_bytes"), 98_700_000);
  });

  it("are read before and after what is measured between", async () => {
    const order: string[] = [];
    let count = 0;
    const read = async () => {
      order.push("read");
      return requests(count++);
    };
    const started = performance.now();
    const [looks, between] = await lookTwice(read, async () => order.push("between"));
    assert.ok(performance.now() - started >= 990);
    assert.deepEqual(order, ["read", "between", "read"]);
    assert.equal(between, 2);
    assert.ok(!(looks instanceof Missing));
    assert.deepEqual([looks.first.text, looks.second.text], [requests(0), requests(1)]);
    assert.ok(looks.second.at - looks.first.at >= 990);
  });

  it("that can't be read are no reason not to measure the rest", async () => {
    const fail = () => Promise.reject(new Error("nothing listens on port 1"));
    assert.deepEqual(await lookTwice(fail, async () => 7), [new Missing("no metrics: nothing listens on port 1"), 7]);
  });
});

describe("a page of metrics", () => {
  let server: Server;
  let answer: RequestListener;
  let port: number;
  before(async () => {
    server = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = () => `http://127.0.0.1:${port}/metrics`;

  it("is read whole, on a connection that is not kept", async () => {
    let connection: string | undefined;
    answer = (request, response) => {
      ({ connection } = request.headers);
      response.write("a ");
      setTimeout(() => response.end("1\n"), 20);
    };
    assert.equal(await readPage(url()), "a 1\n");
    assert.equal(connection, "close");
  });

  it("that is none is told in few words", async () => {
    answer = (_, response) => response.writeHead(404).end("no");
    await assert.rejects(readPage(url()), new Error(`port ${port} answers GET /metrics with HTTP 404`));
    answer = (request) => request.socket.destroy();
    await assert.rejects(readPage(url(), "port 8000 of pod a"), new Error("port 8000 of pod a closes the connection"));
    answer = () => {};
    await assert.rejects(readPage(url()), new Error(`port ${port} does not answer within 5 s`));
  }).timeout(10_000);

  it("can't be had where nothing listens", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port: free } = other.address() as AddressInfo;
    other.close();
    await once(other, "close");
    await assert.rejects(readPage(`http://127.0.0.1:${free}/metrics`), new Error(`nothing listens on port ${free}`));
  });

  it("is taken out of what a command in a container printed", () => {
    const done = (stdout: string, more = {}) => pageOf({ exitCode: 0, stdout, stderr: "", ...more }, "8000");
    assert.equal(done("HTTP/1.0 200 OK\r\nServer: x\r\n\r\na 1\r\n\r\nb 2\n"), "a 1\r\n\r\nb 2\n");
    assert.equal(done("a 1\n"), "a 1\n");
    assert.throws(
      () => done("HTTP/1.1 404 Not Found\r\n\r\n"),
      /^Error: port 8000 answers GET \/metrics with HTTP 404$/,
    );
    const failed = (stderr: string) => () => done("", { exitCode: 1, stderr });
    for (const stderr of [
      "...\nConnectionRefusedError: [Errno 111] Connection refused\n",
      "ECONNREFUSED\n",
      "curl: (7) Couldn't connect\n",
    ]) {
      assert.throws(failed(stderr), /^Error: nothing listens on port 8000$/);
    }
    assert.throws(failed("Traceback\nTimeoutError: timed out\n"), /^Error: TimeoutError: timed out$/);
    assert.throws(failed(""), /^Error: exit code 1$/);
  });
});
