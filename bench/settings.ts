import type { Comparison } from "./measure";

/** What a benchmark is told. */
export interface Settings {
  /** How many times each side runs. */
  runs: number;
  /** Shows what is being done. */
  progress(text: string): void;
}

export interface Benchmark {
  /** For the command line. */
  name: string;
  /** What is compared, in a line. */
  summary: string;
  run(settings: Settings): Promise<Comparison[]>;
}
