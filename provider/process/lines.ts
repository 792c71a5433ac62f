import { Transform } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { secretMask } from "../check/logs";

/** Longest line that is held back to look for secrets, in characters; a longer one is passed on in parts. */
const MAX_LINE = 64 * 1024;

/** Passes on what a process writes, in whole lines and with secret values replaced: a server that logs its own environment must not put it on disk. */
export class MaskedLines extends Transform {
  private readonly decoder = new StringDecoder("utf8");
  private readonly mask: ReturnType<typeof secretMask>;
  private pending = "";

  constructor(secrets: string[]) {
    super();
    this.mask = secretMask(secrets);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    let text = this.pending + this.decoder.write(chunk);
    let end = text.lastIndexOf("\n") + 1;
    if (text.length - end > MAX_LINE) {
      // A secret may have begun at the very end: as much as could be one stays behind.
      text = this.mask(text);
      end = text.length - this.mask.longest;
    }
    this.pending = text.slice(end);
    if (end > 0) this.push(this.mask(text.slice(0, end)));
    done();
  }

  /** What is left without a line end becomes a line. */
  override _flush(done: () => void): void {
    const rest = this.pending + this.decoder.end();
    if (rest) this.push(`${this.mask(rest)}\n`);
    done();
  }
}
