import { exitAfter } from "../../cli/exit";
import { execute } from "../../cli/main";
import type { Told } from "./stack";

/** Runs a command line of the package in this process, as if it was given in a folder. */
export const commandLine = (folder: string, ...argv: string[]): Promise<Told> => captured(folder, () => execute(argv));

/** Runs a part of a command as the command line does, in a folder. */
export const commandBody = (folder: string, body: () => void): Promise<Told> =>
  captured(folder, () =>
    exitAfter(async () => {
      body();
      return 0;
    }),
  );

async function captured(folder: string, body: () => Promise<void>): Promise<Told> {
  const before = { folder: process.cwd(), code: process.exitCode, initial: process.env.INIT_CWD };
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  const told: Told = { code: 0, out: "", err: "" };
  const taken = (key: "out" | "err") => (text: unknown) => {
    told[key] += String(text);
    return true;
  };
  // `npm test` says where it was called.
  delete process.env.INIT_CWD;
  process.chdir(folder);
  [stdout.write, stderr.write] = [taken("out"), taken("err")] as unknown as typeof writes;
  try {
    await body();
    told.code = Number(process.exitCode);
  } finally {
    [stdout.write, stderr.write] = writes;
    process.chdir(before.folder);
    process.exitCode = before.code;
    if (before.initial !== undefined) process.env.INIT_CWD = before.initial;
  }
  return told;
}
