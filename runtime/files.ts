import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A file of a build context that is no part of the server's source. */
export interface AddedFile {
  path: string;
  content: Buffer;
  executable: boolean;
}

/** What an image holds beside the server, in a folder of its own below /opt. */
export interface Addition {
  /** Files that the build context gets. */
  files: AddedFile[];
  /** Lines of the Dockerfile that install it into `folder`. */
  install: string[];
  folder: string;
  /** Whether it can be installed in an image of one stage, too: by pip and npm alone. */
  inOneStage?: boolean;
}

/** The programs are shipped as they are: compiled code, in dist/runtime, finds them in runtime. */
const RUNTIME = [__dirname, path.resolve(__dirname, "../../runtime")].find((folder) =>
  existsSync(path.join(folder, "bridge", "bridge.mjs")),
);

/** Files of a folder of the runtime, its own folders included, under a name in the build context. */
export function addedFiles(folder: string, under: string, wanted: RegExp): AddedFile[] {
  const from = shippedFolder(folder);
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name) && !entry.parentPath.includes("__pycache__"))
    .map((entry) => path.relative(from, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
    .sort()
    .map((file) => ({ path: `${under}/${file}`, content: readFileSync(path.join(from, file)), executable: false }));
}

/** Absolute path of a folder of the runtime whose files are shipped as they are, such as "bridge". */
export const shippedFolder = (folder: string): string => path.join(RUNTIME ?? __dirname, folder);

/** Installs Python packages into a folder that only one program looks into. uv is there in the build. */
export const installInto = (folder: string, options: string): string =>
  `RUN --mount=type=cache,target=/root/.cache/uv uv pip install --python /opt/venv/bin/python --target ${folder} ${options}`;

/** Installs what the package-lock.json of a folder says, there. */
export const npmInstallInto = (folder: string): string =>
  `RUN --mount=type=cache,target=/root/.npm npm ci --prefix ${folder} --omit=dev --no-audit --no-fund --no-update-notifier`;
