import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Runs `step` while holding a lock file, waiting for another run that holds it. The file names the holder's process:
 * a killed run leaves the file behind, and a dead holder's lock is taken over.
 */
export async function withLock(file, step) {
  mkdirSync(dirname(file), { recursive: true });
  for (let announced = false; !tryLock(file); announced = true) {
    if (!announced) process.stderr.write("Waiting for another run that is setting up the same...\n");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    return await step();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const holder = read(file);
  if (holder === undefined || (holder === "" ? isFresh(file) : alive(Number(holder)))) return false;
  // Renamed before it is removed: if a third run took the lock over in between, it is given back untouched.
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (read(aside) !== holder) renameSync(aside, file);
    else rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  return false;
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Whether a lock without a name in it may be one that is just being written. */
function isFresh(file) {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - written < 10_000;
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
