import type * as docker from "@pulumi/docker";
import * as pulumi from "../pulumi";
import { environment } from "./containerInputs";
import type { McpServiceArgs } from "./serviceArgs";

/**
 * Folder of the files in the container: in memory, since Docker copies nothing into a container whose root file system is
 * read-only. Not a mount of its own: at a restart runc gives that the mode of the folder below, which only root can write.
 */
export const FILES_FOLDER = "/tmp/mcp";

type Files = NonNullable<McpServiceArgs["files"]>;

/**
 * Hands text files to a container by variables, which a shell writes before it starts the program. Needs nothing of the
 * machine that the Docker Engine runs on, and a change of a file is a new container.
 */
export function filesInputs(
  { env, secrets }: Pick<McpServiceArgs, "env" | "secrets">,
  files: Files,
): Pick<docker.ContainerArgs, "entrypoints" | "envs"> {
  const names = pulumi.unsecret(pulumi.output(files)).apply((contents) => Object.keys(contents).sort());
  const contents = pulumi
    .all([files, names])
    .apply(([texts, names]) => Object.fromEntries(names.map((name, index) => [variable(index), texts[name] ?? ""])));
  return {
    entrypoints: names.apply((names) => ["/bin/sh", "-c", script(names), "sh"]),
    envs: environment(
      {},
      { env: pulumi.all([env ?? {}, contents]).apply(([own, texts]) => ({ ...own, ...texts })), secrets },
    ),
  };
}

const variable = (index: number): string => `MCP_FILE_${index}`;

/** `printf` is the shell's own, so that no content is ever an argument of a process. */
function script(names: string[]): string {
  const folders = [...new Set(names.flatMap((name) => (name.includes("/") ? [name.replace(/\/[^/]*$/, "")] : [])))];
  return [
    "set -eu",
    "umask 077",
    `mkdir -p ${["", ...folders.map((folder) => `/${folder}`)].map((folder) => `'${FILES_FOLDER}${folder}'`).join(" ")}`,
    ...names.map((name, index) => `printf '%s' "$${variable(index)}" > '${FILES_FOLDER}/${name}'`),
    `unset ${names.map((_, index) => variable(index)).join(" ")}`,
    'exec "$@"',
  ].join("\n");
}
