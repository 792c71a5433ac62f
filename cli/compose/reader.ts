import type { Mapping } from "./composeFile";
import { brief, type Finding } from "./findings";
import { isCovered, REASONS } from "./keys";
import { interpolate } from "./values";

/** One service of a compose file while it is read: what nobody takes is named in the end. */
export class ServiceReader {
  readonly findings: Finding[] = [];
  /** The image, with defaults filled in; empty where it is built. */
  readonly image: string;
  private readonly left: Mapping;

  constructor(
    readonly name: string,
    service: Mapping,
  ) {
    this.left = { ...service };
    this.image = interpolate(service.image ?? "").text;
  }

  /** The value of a key, which is thereby dealt with. */
  take(key: string): unknown {
    const value = this.left[key];
    delete this.left[key];
    return value;
  }

  /** Whether the key is there, without taking it. */
  has(key: string): boolean {
    return this.left[key] !== undefined && this.left[key] !== null;
  }

  /** The value of a key, without taking it. */
  peek(key: string): unknown {
    return this.left[key];
  }

  note(key: string, what: unknown, why: string, fix: string): void {
    this.findings.push({ at: `${this.name}.${key}`, what: brief(what), why, fix });
  }

  /** Names every key that is left and not covered by what each container gets anyway. */
  noteRest(): void {
    for (const [key, value] of Object.entries(this.left)) {
      if (key.startsWith("x-") || value === undefined || value === null || isCovered(key, value)) continue;
      const [why, fix] = REASONS[key] ?? ["there is no setting for it", "leave it out, or build it into the image"];
      this.note(key, value, why, fix);
    }
  }
}
