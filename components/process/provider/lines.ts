import type { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { maskSecrets } from "../../check/logs";

/** Longest line that is held back to look for secrets, in bytes; a longer one is written in parts. */
const MAX_LINE = 64 * 1024;

/** Writes the output of a process line by line, with secret values replaced: a server that logs its own environment must not put it on disk. */
export class LineWriter {
  private readonly pending = { out: "", err: "" };
  private readonly decoders = { out: new StringDecoder("utf8"), err: new StringDecoder("utf8") };

  constructor(
    private readonly target: Writable,
    private readonly secrets: string[],
  ) {}

  write(stream: "out" | "err", chunk: Buffer): void {
    const text = this.pending[stream] + this.decoders[stream].write(chunk);
    const end = text.length > MAX_LINE ? text.length : text.lastIndexOf("\n") + 1;
    this.pending[stream] = text.slice(end);
    if (end > 0) this.target.write(maskSecrets(text.slice(0, end), this.secrets));
  }

  line(text: string): void {
    this.target.write(`${maskSecrets(text, this.secrets)}\n`);
  }

  /** Writes what is left without a line end. */
  flush(): void {
    for (const stream of ["out", "err"] as const) {
      if (this.pending[stream]) this.line(this.pending[stream]);
      this.pending[stream] = "";
    }
  }

  async end(): Promise<void> {
    this.flush();
    await new Promise<void>((resolve) => this.target.end(resolve));
  }
}
