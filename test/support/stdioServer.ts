/**
 * Stdio servers without any dependency, which start fast: tools `bump` (counts in the process), `wait` (milliseconds)
 * and `crash`. Each starts a helper process that does not end by itself.
 */
export const STDIO_SERVERS = {
  python: {
    "requirements.txt": "",
    "server.py": `
import json, subprocess, sys, time
subprocess.Popen(["sleep", "3600"])
count = 0
def answer(id, result):
    print(json.dumps({"jsonrpc": "2.0", "id": id, "result": result}), flush=True)
for line in sys.stdin:
    message = json.loads(line)
    method, id, params = message.get("method"), message.get("id"), message.get("params", {})
    if method == "initialize":
        answer(id, {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "test", "version": "1"}})
    elif method == "tools/list":
        answer(id, {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in ("bump", "wait", "crash")]})
    elif method == "tools/call" and params["name"] == "crash":
        sys.exit("crashed as it was told")
    elif method == "tools/call":
        if params["name"] == "wait":
            print("null", flush=True)
            print(json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "waiting"}}), flush=True)
            time.sleep(params["arguments"]["ms"] / 1000)
        count += 1
        answer(id, {"content": [{"type": "text", "text": str(count)}]})
    elif id is not None:
        print(json.dumps({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "no such method"}}), flush=True)
`,
  },
  node: {
    "package.json": '{ "name": "test", "version": "1.0.0", "type": "module", "main": "index.js" }',
    "index.js": `
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
spawn("sleep", ["3600"], { stdio: "ignore" }).unref();
let count = 0;
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  if (method === "initialize") {
    send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "test", version: "1" } } });
  } else if (method === "tools/list") {
    send({ id, result: { tools: ["bump", "wait", "crash"].map((name) => ({ name, inputSchema: { type: "object" } })) } });
  } else if (method === "tools/call") {
    if (params.name === "crash") throw new Error("crashed as it was told");
    if (params.name === "wait") {
      process.stdout.write("null\\n");
      send({ method: "notifications/message", params: { level: "info", data: "waiting" } });
      await new Promise((resolve) => setTimeout(resolve, params.arguments.ms));
    }
    send({ id, result: { content: [{ type: "text", text: String(++count) }] } });
  } else if (id !== undefined) send({ id, error: { code: -32601, message: "no such method" } });
});
`,
  },
};
