import { type ChildProcess, spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import {
  deserializeMessage,
  type JSONRPCMessage,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";
import { endWithUs } from "../cancellation";
import { killGroup, signal } from "./processGroup";

/** How long a server may take to end by itself once its stdin is closed, and once more after SIGTERM, in milliseconds. */
const END_MS = 1_000;
/** How much of what the server wrote on stderr is kept, in characters. */
const STDERR_TAIL = 8_192;
/** Longest message, in characters: the limit of the SDK's own transport. */
const MAX_MESSAGE = 10 * 1024 * 1024;

/** What starts a stdio server. */
export interface StdioCommand {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/**
 * A server on its standard streams, as the SDK's own transport but in a process group of its own: that one ends only the
 * process it started, and what `npx` or a shell started lives on. It also keeps what explains a failure.
 */
export class ProcessGroupTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  /** The end of what the server wrote on stderr. By this field and `pid` the SDK recognizes a stdio transport. */
  stderr = "";
  pid: number | undefined;
  /** How the server ended, if it did so by itself. */
  exit: string | undefined;
  /** Whether it has sent any MCP message. */
  hasAnswered = false;
  /** The first line on stdout that was no MCP message. */
  garbage: string | undefined;

  private child: ChildProcess | undefined;
  private gone: Promise<void> = Promise.resolve();
  private pending = "";
  private isClosing = false;
  private release = () => {};

  constructor(private readonly server: StdioCommand) {}

  async start(): Promise<void> {
    const { command, args, env } = this.server;
    const child = spawn(command, args, { env: { ...getDefaultEnvironment(), ...env }, stdio: "pipe", detached: true });
    this.child = child;
    this.pid = child.pid;
    if (child.pid !== undefined) this.release = endWithUs(child.pid);
    const [out, err] = [new StringDecoder("utf8"), new StringDecoder("utf8")];
    child.stdout.on("data", (chunk: Buffer) => this.read(out.write(chunk)));
    child.stderr.on("data", (chunk: Buffer) => {
      this.stderr = (this.stderr + err.write(chunk)).slice(-STDERR_TAIL);
    });
    // A server that has ended: its exit says more.
    child.stdin.on("error", () => {});
    this.gone = new Promise((resolve) => {
      child.once("exit", (code, name) => {
        if (!this.isClosing) this.exit = name ? `signal ${name}` : `exit code ${code}`;
        resolve();
      });
      child.once("error", () => resolve());
    });
    // The connection ends with the last output of the server, or soon after the server if something holds its streams.
    child.once("close", () => this.finish());
    child.once("exit", () => setTimeout(() => this.finish(), 500).unref());
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.exit !== undefined) throw new Error("the server has ended");
    this.child?.stdin?.write(serializeMessage(message));
  }

  /** Ends the server and what it started: by the end of its stdin, then SIGTERM, then SIGKILL. */
  async close(): Promise<void> {
    const { pid, child } = this;
    this.isClosing = true;
    child?.stdin?.end();
    if (pid !== undefined) {
      if (!(await this.isGoneWithin(END_MS))) signal(pid, "SIGTERM", true);
      await this.isGoneWithin(END_MS);
      await killGroup(pid);
      this.release();
    }
    this.finish();
    for (const stream of [child?.stdin, child?.stdout, child?.stderr]) stream?.destroy();
  }

  private finish(): void {
    const { onclose } = this;
    this.onclose = undefined;
    onclose?.();
  }

  private async isGoneWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const isGone = await Promise.race([this.gone.then(() => true), late]);
    clearTimeout(timer);
    return isGone;
  }

  private read(text: string): void {
    const lines = (this.pending + text).split("\n");
    this.pending = lines.pop() ?? "";
    if (this.pending.length > MAX_MESSAGE) this.pending = "";
    for (const line of lines.filter((line) => line.trim() !== "")) {
      try {
        const message = deserializeMessage(line);
        this.hasAnswered = true;
        this.onmessage?.(message);
      } catch {
        this.garbage ??= line.slice(0, 200);
      }
    }
  }
}
