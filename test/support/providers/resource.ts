import type { Failure } from "./schema";
import type { Properties } from "./values";

/** What the engine and the provider's process give to an operation. */
export interface Context {
  /** Folder that relative paths start from: the official plugin runs in the program's folder. */
  folder: string;
  /** The provider's settings, without the prefix of their names. */
  config: Record<string, string>;
  /** Shows a line to the user; an ephemeral one only while the operation runs. */
  log(severity: "info" | "warning" | "error", message: string, options?: { ephemeral: boolean }): void;
  urn: string;
  /** The name in the program. */
  name: string;
  preview: boolean;
  /** Gives the same names in preview and deployment. */
  seed: Uint8Array;
  /** What the resource's `customTimeouts` say, in seconds. */
  timeoutSeconds?: number;
  /** Aborted when the user interrupts the operation. */
  signal?: AbortSignal;
}

/** What a comparison depends on besides state and inputs. */
export interface DiffContext {
  /** The provider's settings, without the prefix of their names. */
  config: Record<string, string>;
  oldInputs: Properties;
  /** Paths whose changes the program ignores. */
  ignoreChanges: string[];
}

export interface Checked {
  inputs: Properties;
  failures: Failure[];
}

export type ChangeKind = "add" | "delete" | "update";

export interface Diff {
  /** Properties that differ; with a path, parts of them. */
  changes: Record<string, ChangeKind>;
  /** Those of them that need a new resource. */
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** A resource type. Inputs and outputs may hold secrets; nothing else is marked. */
export interface ResourceType {
  check(context: Context, olds: Properties, news: Properties): Promise<Checked>;
  diff(olds: Properties, news: Properties, context?: DiffContext): Diff;
  create(context: Context, inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /** Undefined when the resource is gone. */
  read(
    context: Context,
    id: string,
    state: Properties,
    inputs: Properties,
  ): Promise<{ id: string; outputs: Properties; inputs: Properties } | undefined>;
  update(context: Context, id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(context: Context, id: string, state: Properties): Promise<void>;
}

/** A provider: resource types by token, and a check of its settings before the first operation. */
export interface TestProvider {
  name: "docker" | "kubernetes" | "random";
  version: string;
  resources: Record<string, ResourceType>;
  /** Types beyond `resources`, for a provider that has one for every token. */
  otherResource?(token: string): ResourceType | undefined;
  /** What is wrong with the settings of a provider resource. */
  checkConfig?(urn: string, settings: Properties): Failure[];
  /** Settings whose change needs a new provider, and so new resources. */
  replacesConfig?(olds: Properties, news: Properties): string[];
  configure?(config: Record<string, string>): Promise<void>;
}

/** The resource exists, but is not as it has to be: the engine keeps it in the state, and comes back to it. */
export class PartialError extends Error {
  override readonly name = "PartialError";

  constructor(
    message: string,
    readonly id: string,
    readonly outputs: Properties,
    /** What is wrong in detail, for a message that only says that something is. */
    readonly details: string[] = [],
    /** Inputs as a refresh has read them. */
    readonly inputs?: Properties,
  ) {
    super(message);
  }
}
