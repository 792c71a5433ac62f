import type { SetupInputs } from "../../../provider/logging/setup";
import type { InputsOf } from "../../inputsOf";
import type * as pulumi from "../../pulumi";

/** A service of the logs, in terms of which each target makes its own. */
export interface LogService {
  name: string;
  image: pulumi.Input<string>;
  command: pulumi.Input<string>[];
  env?: { [variable: string]: pulumi.Input<string> };
  secrets?: { [variable: string]: pulumi.Input<string> };
  /** Text files that it reads in the platform's folder for them, by their names. */
  files?: pulumi.Input<{ [file: string]: pulumi.Input<string> }>;
  /** Files beside them whose texts are secret. */
  secretFiles?: pulumi.Input<{ [file: string]: pulumi.Input<string> }>;
  /** Folder whose data is kept. */
  volume: string;
  /** Further folders that it writes to. */
  scratch?: { [folder: string]: Scratch };
  /** Whether it may write everywhere in its own file system. */
  writable?: boolean;
  port: number;
  /** Whether people of this machine open it. */
  isOpened: boolean;
  /** Services that connect to it. */
  callers: string[];
  /** URL of what it connects to; none when it is nothing. */
  calls?: pulumi.Input<string>;
  /** Command that ends with 0 when it can take work. */
  health: string[];
  startSeconds: number;
  memoryLimit: pulumi.Input<string>;
  cpuLimit: number;
}

/** A folder whose content is lost with the container. */
export interface Scratch {
  /** The most that it holds, in MiB. */
  sizeMiB: number;
  /** Whether programs and libraries in it can be run. */
  executable?: boolean;
}

/** Elastic's images run as this user, whose group owns their files. */
export const ELASTIC_USER = { user: 1000, group: 0 } as const;

/** What is set up, and as whom. */
export type Setup = InputsOf<Omit<SetupInputs, "url" | "triggers">>;

/** A service that runs. */
export interface RunningLogService {
  resource: pulumi.Resource;
  /** URL by which the stack's other services reach it. */
  url: pulumi.Output<string>;
  /** Sets it up from this machine, by its API. */
  setUp(name: string, inputs: Setup, opts: LogServiceOptions): pulumi.Resource & { readyUrl: pulumi.Output<string> };
}

/** Where services of the logs run. */
export interface LogPlatform {
  /** Folder in which a service finds its files. */
  filesFolder: string;
  /** URL at which a browser of this machine opens a service. */
  browserUrl(service: Pick<LogService, "name" | "port">): pulumi.Output<string>;
  run(service: LogService, opts: LogServiceOptions): RunningLogService;
}

/** Who a service belongs to, and what it waits for. */
export interface LogServiceOptions {
  parent: pulumi.Resource;
  dependsOn?: pulumi.Resource | pulumi.Resource[];
}
