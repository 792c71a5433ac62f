import type { FastmcpJson, PackageJson, PyProject } from "./manifests";

/** A file's text and its path relative to the server's folder. */
export interface TextFile {
  path: string;
  text: string;
}

/** What was read from a server's folder: everything that detection and advice work on. Plain data, no handles. */
export interface Inspection {
  /** Absolute path of the folder. */
  folder: string;
  /** Files of the folder to a depth of 6, relative, sorted by depth and name; without what is never deployed. At most 5,000 entries are looked at. */
  files: string[];
  /** requirements.txt, the files it includes, and other files named like it. */
  requirements: TextFile[];
  pyProject: PyProject | undefined;
  fastmcpJson: FastmcpJson | undefined;
  packageJson: PackageJson | undefined;
  /** First line of .python-version. */
  pythonVersion: string | undefined;
  /** First line of .nvmrc or .node-version, and which of them it was. */
  nodeVersion: { path: string; text: string } | undefined;
  dockerfile: TextFile | undefined;
  /** apt.txt, packages.txt and Aptfile: system packages, one a line. */
  systemPackageLists: TextFile[];
  /** Python and JavaScript files, without tests: at most 80 of them, 256 KiB each (1 MiB when a manifest names it), 4 MiB in all. */
  sources: TextFile[];
}
