import path from "node:path";
import { type Command, Option } from "@commander-js/extra-typings";
import { onStack, toJson, withStackAndJson } from "./cli";
import { userFolder } from "./project";
import { neededLines } from "./render/files";
import { type RenderOptions, readImage, readStore, renderOptions } from "./render/options";
import { type Rendered, render } from "./render/render";
import { SecretMode } from "./render/secrets";
import { sessionSource } from "./render/source";
import type { SessionOptions } from "./session";

const modes = new Option("--secrets <mode>", "named only, external, sealed, or in clear").choices(
  Object.values(SecretMode),
);

export const define = (command: Command) =>
  withStackAndJson(command)
    .description(
      "Writes the Kubernetes manifests that up would apply, for Argo CD, Flux or kubectl. It needs no cluster; secret values " +
        "are not written unless you say so.",
    )
    .option("--out <folder>", "write there; - for stdout (default: rendered/<stack>)")
    .addOption(modes.default(SecretMode.Reference))
    .option(
      "--store <name>",
      "for external: the SecretStore, or ClusterSecretStore/NAME for one of the cluster",
      readStore,
    )
    .option("--cert <file>", "for sealed: the controller's certificate, for kubeseal")
    .option("--image <server=ref>", "an image that was built elsewhere, with its digest; as often as needed", readImage)
    .option("--build", "build and push images that changed, and generate new passwords; the cluster stays as it is")
    .action((given) =>
      onStack(given, async ({ console, open, stack }) => {
        const options = renderOptions(given, userFolder());
        // stdout may be the manifests themselves.
        const say = (line: string) => void process.stderr.write(`${line}\n`);
        if (options.mode === SecretMode.Plain) say("Warning: --secrets plain writes secret values in clear.");
        const openQuietly = (own: Partial<SessionOptions> = {}) => open({ say, ...own });
        const session = await openQuietly();
        console.status(`Rendering stack ${session.name}`);
        const sink = { line: say, status: (text: string) => console.status(text) };
        const source = await sessionSource(session, sink, (inline) => openQuietly({ inline }));
        const rendered = await render(source, options);
        console.done();
        if (given.json) {
          const { files, change, secrets, skipped } = rendered;
          console.result(toJson({ stack, folder: options.folder, files, ...change, secrets, skipped }));
          return 0;
        }
        if (rendered.stream !== undefined) process.stdout.write(rendered.stream);
        for (const line of report(rendered, options)) say(line);
        return 0;
      }),
    );

/** What people want to know of a render. */
function report({ files, change, secrets, skipped }: Rendered, { folder, mode }: RenderOptions): string[] {
  const lines: string[] = [];
  if (change && folder !== undefined) {
    const { written, unchanged, removed } = change;
    const place = path.relative(userFolder(), folder) || ".";
    const gone = removed.length > 0 ? `, ${removed.length} removed` : "";
    lines.push(`${files.length} files in ${place}: ${written.length} written, ${unchanged.length} unchanged${gone}.`);
  }
  if (skipped.length > 0) lines.push("Not written, as they are no objects:", ...skipped.map((one) => `  ${one}`));
  if (mode === SecretMode.Reference) lines.push(...neededLines(secrets));
  if (mode === SecretMode.External) {
    lines.push("What the store has to hold:");
    lines.push(...secrets.map(({ remote }) => `  ${remote?.key}: ${remote?.properties.join(", ")}`));
  }
  return lines;
}
