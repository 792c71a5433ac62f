import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { closest, distance } from "fastest-levenshtein";
import { UsageError } from "./errors";
import { invocation } from "./invocation";

/** The stacks that a project has a `Pulumi.<stack>.yaml` for, sorted. */
export async function knownStacks(root: string): Promise<string[]> {
  return (await readdir(root)).flatMap((name) => /^Pulumi\.(.+)\.ya?ml$/.exec(name)?.[1] ?? []).sort();
}

/** The file of a stack's settings; undefined when there is none. `org/project/dev` has the file of `dev`. */
export async function stackFile(root: string, stack: string): Promise<string | undefined> {
  const short = stack.split("/").at(-1) ?? stack;
  for (const extension of ["yaml", "yml"]) {
    const file = join(root, `Pulumi.${short}.${extension}`);
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

/** The error for a stack that nobody knows: names the known ones, and the nearest. */
export async function unknownStack(root: string, stack: string): Promise<UsageError> {
  const known = await knownStacks(root);
  const nearest = known.length > 0 ? closest(stack, known) : "";
  const hint = nearest && distance(stack, nearest) <= 3 ? ` Did you mean ${nearest}?` : "";
  const copy = known.length > 0 ? "copy one of the known, or " : "";
  return new UsageError(
    `Unknown stack ${stack}.${hint}\n  known: ${known.join(", ") || "none"}\n` +
      `  fix:   a new stack needs a file with its settings, Pulumi.${stack}.yaml: ` +
      copy +
      invocation("pulumi", `stack init ${stack}`),
  );
}

/**
 * The settings file for the engine to use when state lies in the project's own backend: a copy of the stack's file, in
 * the user's data folder, that may carry an encryption salt.
 *
 * Why a copy: with a passphrase the engine writes the salt into `Pulumi.<stack>.yaml`, a file under version control.
 * The passphrase is this user's alone, so the salt is of no use to anybody else, and every first deployment from a
 * fresh clone would leave it modified. For the same reason a salt that is in the file is not taken over, as it belongs
 * to whatever passphrase it was made with, unless the file has secrets that need it. Such a file, and one with a
 * secrets provider, is used as it is.
 *
 * @param home folder for the copies of this project
 * @returns the copy, or undefined when the stack's own file is to be used
 */
export async function privateStackFile(file: string, home: string): Promise<string | undefined> {
  const settings = await readFile(file, "utf8");
  if (/^(secretsprovider|encryptedkey):/m.test(settings)) return undefined;
  if (SALT.test(settings) && /\bsecure: /.test(settings)) return undefined;
  await mkdir(home, { recursive: true, mode: 0o700 });
  const copy = join(home, basename(file));
  const salt = SALT.exec(await readFile(copy, "utf8").catch(() => ""))?.[0];
  const lines = settings.split("\n").filter((line) => !SALT.test(line));
  const text = `${lines.join("\n").trimEnd()}\n${salt ? `${salt}\n` : ""}`;
  await writeFile(copy, text, { mode: 0o600 });
  return copy;
}

const SALT = /^encryptionsalt: .+$/m;

/** The folder of a project's private settings: one for each clone, because each has settings of its own. */
export function privateConfigFolder(data: string, project: string, root: string): string {
  const clone = createHash("sha256").update(root).digest("hex").slice(0, 12);
  return join(data, "config", `${project}-${clone}`);
}
