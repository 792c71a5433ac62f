import { randomBytes } from "node:crypto";
import { chmod, constants, copyFile, link, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes sure that the passphrase of the local backend exists, and gives the path of its file; nobody prints what is in
 * it. The file has mode 0600 and appears complete or not at all: of two runs at once, both use the one that came first.
 *
 * @param inUse whether there is state already that needs a passphrase: then a lost one is not replaced by another,
 *   which would lock the user out for good
 */
export async function ensurePassphrase(file: string, inUse: boolean): Promise<string> {
  const existing = await stat(file).catch(() => undefined);
  if (existing) {
    if (process.platform !== "win32" && (existing.mode & 0o077) !== 0) await chmod(file, 0o600);
    return file;
  }
  if (inUse) {
    throw new Error(
      `The passphrase file ${file} is gone, but there are stacks that were made with it.\n` +
        `  fix: put the file back, or set PULUMI_CONFIG_PASSPHRASE to what was in it`,
    );
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temp = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(temp, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 });
    await publish(temp, file);
  } finally {
    await rm(temp, { force: true });
  }
  return file;
}

/** Gives `temp` its final name unless another run was first. */
async function publish(temp: string, file: string): Promise<void> {
  const first = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  };
  await link(temp, file).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return;
    // Some file systems have no hard links.
    await copyFile(temp, file, constants.COPYFILE_EXCL).catch(first);
  });
}
