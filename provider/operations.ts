import type { CheckFailure, DiffResult } from "@pulumi/pulumi/provider";

export type { CheckFailure, DiffResult };

/** What can be done with a kind of resource. I: its inputs, O: what the state remembers of it. Secrets arrive as plain values; no error holds them when it reaches the user. */
export interface Operations<I = never, O = never> {
  /** What messages must not hold of the inputs, of which there are none yet before a resource is made. Defaults to every text that the program marks as secret. */
  secretTexts?(inputs: Partial<I>): string[];
  /** What is wrong with the inputs. Defaults to nothing. */
  check?(olds: Partial<I>, news: I): Promise<CheckFailure[]>;
  /** Changes that are left undefined are those of the inputs, for the engine to find and show. */
  diff(id: string, olds: O, news: I): Promise<DiffResult>;
  /** @param secrets the texts among the inputs that are secret */
  create(inputs: I, secrets?: string[]): Promise<{ id: string; outs: O }>;
  /** Defaults to what the state says. */
  read?(id: string, outs?: O): Promise<{ id: string; props?: O }>;
  update(id: string, olds: O, news: I, secrets?: string[]): Promise<{ outs: O }>;
  /** Outputs that are known before the update; for previews. Defaults to none. */
  known?(olds: O, news: I): Partial<O>;
  /** Defaults to forgetting it. */
  delete?(id: string, outs: O): Promise<void>;
}
