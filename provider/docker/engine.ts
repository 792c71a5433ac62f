import Docker from "dockerode";

/** What is needed of a container beyond the Docker provider. */
export interface Container {
  state(): Promise<{ running: boolean; restarts: number; exitCode: number; outOfMemory: boolean }>;
  /** Sets the most processes and threads that it may have. It holds for restarts, too. */
  limitPids(limit: number): Promise<void>;
  /** Runs a command in it, and returns undefined or what it printed when it failed. */
  run(command: string[]): Promise<string | undefined>;
  /** The last lines of its log, stdout and stderr together. */
  lastLines(count: number): Promise<string[]>;
}

/** The Docker Engine that DOCKER_HOST names, else the one of this machine: the same that the Docker provider uses. */
export function openEngine(): { container(id: string): Container } {
  const docker = new Docker();
  return { container: (id) => open(docker.getContainer(id)) };
}

function open(container: Docker.Container): Container {
  return {
    async state() {
      const { State, RestartCount } = await container.inspect();
      return {
        running: State.Running && !State.Restarting,
        restarts: RestartCount,
        exitCode: State.ExitCode,
        outOfMemory: State.OOMKilled,
      };
    },
    async limitPids(limit) {
      await container.update({ PidsLimit: limit });
    },
    async run(command) {
      const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
      const stream = await exec.start({});
      const output: Buffer[] = [];
      for await (const chunk of stream) output.push(chunk as Buffer);
      const { ExitCode } = await exec.inspect();
      return ExitCode === 0 ? undefined : plainText(Buffer.concat(output)).trim() || `exit code ${ExitCode}`;
    },
    async lastLines(count) {
      const log = await container.logs({ stdout: true, stderr: true, tail: count });
      return plainText(log as unknown as Buffer)
        .split("\n")
        .filter((line) => line.trim() !== "");
    },
  };
}

/** Takes the frames off a stream of a container without a terminal: 8 bytes of head before each. Source: Docker Engine API, ContainerAttach. */
export function plainText(framed: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= framed.length; ) {
    const length = framed.readUInt32BE(at + 4);
    parts.push(framed.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts).toString("utf8");
}
