/** What a container without a terminal wrote at once. */
export interface Frame {
  stream: "stdout" | "stderr";
  payload: Buffer;
}

/**
 * Takes apart the stream of a container without a terminal: before each payload 8 bytes of head, the first of which is
 * the stream, the last four the length. Source: Docker Engine API, ContainerAttach. The Docker client's own function
 * copies the rest of its buffer for each frame, and so takes minutes for a log of some megabytes.
 */
export class FrameReader {
  private chunks: Buffer[] = [];
  private length = 0;

  /** The frames that are complete with this chunk. */
  push(chunk: Buffer): Frame[] {
    this.chunks.push(chunk);
    this.length += chunk.length;
    const frames: Frame[] = [];
    if (this.length < 8) return frames;
    const buffer = Buffer.concat(this.chunks);
    let at = 0;
    while (at + 8 <= buffer.length) {
      const end = at + 8 + buffer.readUInt32BE(at + 4);
      if (end > buffer.length) break;
      frames.push({ stream: buffer[at] === 2 ? "stderr" : "stdout", payload: buffer.subarray(at + 8, end) });
      at = end;
    }
    this.chunks = [buffer.subarray(at)];
    this.length = buffer.length - at;
    return frames;
  }
}
