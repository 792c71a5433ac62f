import http from "node:http";

/** An HTTP answer, with its body. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** A session over a connection of its own, by plain HTTP: what a test does to it is exactly what is sent. */
export class HttpSession {
  id: string | undefined;
  private nextId = 1;
  private readonly agent = new http.Agent({ keepAlive: true });

  constructor(
    readonly url: string,
    private readonly headers: http.OutgoingHttpHeaders = {},
  ) {}

  async open(): Promise<Answer> {
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
    const answer = await this.post({ id: 0, method: "initialize", params });
    this.id = answer.headers["mcp-session-id"] as string | undefined;
    if (answer.status === 200) await this.post({ method: "notifications/initialized" });
    return answer;
  }

  /** The text that a tool returns. */
  async call(name: string, args: object = {}): Promise<string> {
    const { status, text } = await this.post({
      id: this.nextId++,
      method: "tools/call",
      params: { name, arguments: args },
    });
    const message = messages(text).at(-1);
    if (status !== 200 || !message?.result) throw new Error(`HTTP ${status}: ${text}`);
    return message.result.content[0]?.text ?? "";
  }

  post = (message: object): Promise<Answer> => this.request("POST", JSON.stringify({ jsonrpc: "2.0", ...message }));
  end = (): Promise<Answer> => this.request("DELETE");

  /** The client's own stream; the promise settles with what came once the stream has ended. */
  listen = (): Promise<Answer> => this.request("GET");

  /** A request, which `abort` may cut off. */
  request(method: string, body?: string, abort?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        accept: "application/json, text/event-stream",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(this.id && { "mcp-session-id": this.id, "mcp-protocol-version": "2025-11-25" }),
        ...this.headers,
      };
      const request = http.request(this.url, { method, headers, agent: this.agent, signal: abort }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          text += chunk;
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        response.once("error", reject);
      });
      request.once("error", reject).end(body);
    });
  }

  /** Drops all connections without a word. */
  abandon(): void {
    this.agent.destroy();
  }
}

interface Message {
  method?: string;
  result?: { content: { text?: string }[] };
  error?: { code: number; message: string };
}

/** The messages of a JSON body or of a stream of events. */
export function messages(text: string): Message[] {
  if (text.startsWith("{")) return [JSON.parse(text)];
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice(6)));
}
