import { type FileHandle, open } from "node:fs/promises";
import { LineSplitter } from "./lines";

const NEWLINE = 10;
const PIECE = 64 * 1024;

/**
 * A log file that is rotated while it is read: "server.log" with older parts "server.log.1", "server.log.2". The open
 * file stays the same under its new name, so nothing is lost and nothing is read twice.
 */
export class RotatedTail {
  private file: FileHandle | undefined;
  private inode = 0;
  private offset = 0;
  private splitter = new LineSplitter();

  constructor(private readonly path: string) {}

  /**
   * The lines there are, oldest first, and when the last was written.
   * @param atLeast how many are enough; older files are left alone then
   */
  async read(atLeast = Number.POSITIVE_INFINITY): Promise<{ lines: string[]; written: Date }> {
    await this.openCurrent();
    const current = await this.rest();
    const parts = [current];
    let count = newlines(current);
    for (let index = 1; count < atLeast; index++) {
      const part = await openFile(`${this.path}.${index}`);
      if (!part) break;
      const content = part.inode === this.inode ? Buffer.alloc(0) : await part.file.readFile();
      await part.file.close();
      parts.unshift(content);
      count += newlines(content);
    }
    const lines = parts.flatMap((part) => this.splitter.push(part));
    const written = (await this.file?.stat())?.mtime ?? new Date();
    return { lines, written };
  }

  /** The lines that have been written since. */
  async next(): Promise<string[]> {
    const lines = this.splitter.push(await this.rest());
    const current = await openFile(this.path);
    if (!current) return lines;
    if (this.file && current.inode === this.inode) {
      await current.file.close();
      return lines;
    }
    // Rotated: first what was still written to the old file, then what is newer than that and has been rotated itself.
    lines.push(...this.splitter.push(await this.rest()));
    for (const part of await this.missed(current.inode)) lines.push(...this.splitter.push(part));
    await this.file?.close();
    [this.file, this.inode, this.offset] = [current.file, current.inode, 0];
    lines.push(...this.splitter.push(await this.rest()));
    return lines;
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  private async openCurrent(): Promise<void> {
    await this.close();
    this.splitter = new LineSplitter();
    const current = await openFile(this.path);
    if (current) [this.file, this.inode, this.offset] = [current.file, current.inode, 0];
  }

  /** What stands in the open file from where it was last read. */
  private async rest(): Promise<Buffer> {
    if (!this.file) return Buffer.alloc(0);
    // Somebody emptied it.
    if ((await this.file.stat()).size < this.offset) this.offset = 0;
    const pieces: Buffer[] = [];
    for (;;) {
      const { bytesRead, buffer } = await this.file.read(Buffer.alloc(PIECE), 0, PIECE, this.offset);
      if (bytesRead === 0) return Buffer.concat(pieces);
      this.offset += bytesRead;
      pieces.push(buffer.subarray(0, bytesRead));
    }
  }

  /** Files between the one that was read last and the current one, oldest first. None when the former is gone: it was removed. */
  private async missed(current: number): Promise<Buffer[]> {
    const seen = new Map<number, Buffer>();
    for (let index = 1; this.file; index++) {
      const part = await openFile(`${this.path}.${index}`);
      if (!part) return [];
      const isLast = part.inode === this.inode;
      if (!isLast && part.inode !== current && !seen.has(part.inode)) seen.set(part.inode, await part.file.readFile());
      await part.file.close();
      if (isLast) break;
    }
    return [...seen.values()].reverse();
  }
}

async function openFile(path: string): Promise<{ file: FileHandle; inode: number } | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return file && { file, inode: (await file.stat()).ino };
}

function newlines(content: Buffer): number {
  let count = 0;
  for (let at = content.indexOf(NEWLINE); at !== -1; at = content.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
