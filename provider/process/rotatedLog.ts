import { existsSync } from "node:fs";
import { Writable } from "node:stream";
import { createStream, type RotatingFileStream } from "rotating-file-stream";

/** Wait before a log that could not be written is tried again, in milliseconds. */
const RETRY_MS = 5_000;
/** How often it is looked whether somebody removed the log, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * Rotated log files that never fail their writer: on a full disk lines are lost, not the server. The stream of the
 * library ends for good at its first error, and goes on writing to a file that was removed: here it is opened again.
 */
export class RotatedLog extends Writable {
  private file: RotatingFileStream | undefined;
  private nextTry = 0;
  private nextLook = 0;

  /**
   * @param path the current file; older ones get the suffixes ".1", ".2", ...
   * @param size size at which a file is rotated, such as "10M"
   * @param count how many files are kept, the current one included
   */
  constructor(
    private readonly path: string,
    private readonly size: string,
    private readonly count: number,
  ) {
    super();
    // Written to after its end: that late line is lost, too.
    this.on("error", () => {});
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const file = this.current();
    if (file) file.write(chunk, () => done());
    else done();
  }

  override _final(done: () => void): void {
    if (this.file) this.file.end(() => done());
    else done();
  }

  private current(): RotatingFileStream | undefined {
    const now = Date.now();
    if (this.file && now >= this.nextLook) {
      this.nextLook = now + LOOK_MS;
      if (!existsSync(this.path)) {
        this.file.end();
        this.file = undefined;
      }
    }
    if (!this.file && now >= this.nextTry) {
      this.nextLook = now + LOOK_MS;
      const file = createStream(this.path, { size: this.size, rotate: this.count - 1, mode: 0o600 });
      file.on("error", () => {
        if (this.file !== file) return;
        this.file = undefined;
        this.nextTry = Date.now() + RETRY_MS;
      });
      this.file = file;
    }
    return this.file;
  }
}
