import path from "node:path";
import { command, toJson } from "./cli";
import { userFolder } from "./compose/commandLine";
import { neededLines } from "./render/files";
import { RENDER_OPTIONS, type RenderOptions, renderOptions } from "./render/options";
import { type Rendered, render } from "./render/render";
import { SecretMode } from "./render/secrets";
import { sessionSource } from "./render/source";
import type { SessionOptions } from "./session";

const SUMMARY =
  "Writes the Kubernetes manifests that up would apply, for Argo CD, Flux or kubectl. It needs no cluster; secret\n" +
  "values are not written unless you say so.";

command("render", SUMMARY, RENDER_OPTIONS, async (cli) => {
  const { console, flags, stack } = cli;
  const options = renderOptions(cli, userFolder());
  // stdout may be the manifests themselves.
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  if (options.mode === SecretMode.Plain) say("Warning: --secrets plain writes secret values in clear.");
  const open = (own: Partial<SessionOptions> = {}) => cli.open({ needsFile: true, say, ...own });
  const session = await open();
  console.status(`Rendering stack ${session.name}`);
  const sink = { line: say, status: (text: string) => console.status(text) };
  const rendered = await render(await sessionSource(session, sink, (inline) => open({ inline })), options);
  console.done();
  if (flags.has("json")) {
    const { files, change, secrets, skipped } = rendered;
    console.result(toJson({ stack, folder: options.folder, files, ...change, secrets, skipped }));
    return 0;
  }
  if (rendered.stream !== undefined) process.stdout.write(rendered.stream);
  for (const line of report(rendered, options)) say(line);
  return 0;
});

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
