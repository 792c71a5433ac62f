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
}

/** The programs are shipped as they are: compiled code finds them beside its own source. */
const ROOT = [__dirname, path.resolve(__dirname, "../../../components/bridge")].find((folder) =>
  existsSync(path.join(folder, "image")),
);

/** Files of a folder here, under a name in the build context. */
export function addedFiles(folder: "image" | "develop", under: string, wanted: RegExp): AddedFile[] {
  const from = path.join(ROOT ?? __dirname, folder);
  return readdirSync(from)
    .filter((file) => wanted.test(file))
    .sort()
    .map((file) => ({ path: `${under}/${file}`, content: readFileSync(path.join(from, file)), executable: false }));
}

/** Installs Python packages into a folder that only one program looks into. uv is there in the build. */
export const installInto = (folder: string, options: string): string =>
  `RUN --mount=type=cache,target=/root/.cache/uv uv pip install --python /opt/venv/bin/python --target ${folder} ${options}`;
