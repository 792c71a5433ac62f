import { program, quickServer } from "./quickServer";

/**
 * A server for tests of logs: it writes what it is told to. `POST /say` writes the lines of its body, and
 * `POST /count?from=1&to=9&size=100` numbered lines of JSON with as many characters more.
 */
export function chattyServer(): string {
  const answer = 'if (request.method !== "POST") return response.writeHead(404).end();';
  const source = program("hello");
  if (!source.includes(answer)) throw new Error("quickServer has changed");
  return quickServer("hello", { "index.js": source.replace(answer, `${answer}\n${TALK}`) });
}

const TALK = `
  const { pathname, searchParams } = new URL(request.url, "http://server");
  if (pathname === "/say") {
    for await (const chunk of request) process.stdout.write(chunk);
    return response.end();
  }
  if (pathname === "/count") {
    const [from, to, size] = ["from", "to", "size"].map((name) => Number(searchParams.get(name)));
    for (let at = from; at <= to; at++) {
      const line = JSON.stringify({ level: "INFO", message: "line", request_id: String(at), padding: "x".repeat(size) });
      if (!process.stdout.write(line + "\\n")) await new Promise((resolve) => process.stdout.once("drain", resolve));
    }
    return response.end();
  }`;

/** Lets it write these lines. */
export async function say(port: number, ...lines: string[]): Promise<void> {
  await post(`http://127.0.0.1:${port}/say`, lines.map((line) => `${line}\n`).join(""));
}

/** Lets it write numbered lines. */
export const count = (port: number, from: number, to: number, size = 0): Promise<void> =>
  post(`http://127.0.0.1:${port}/count?from=${from}&to=${to}&size=${size}`, "");

async function post(url: string, body: string): Promise<void> {
  const answer = await fetch(url, { method: "POST", body });
  await answer.text();
  if (!answer.ok) throw new Error(`${url} answers HTTP ${answer.status}`);
}
