import type { Inspection } from "./inspection";

/** Packages that images install for their own sake and that say nothing about the server. */
const INCIDENTAL = new Set([
  "curl",
  "wget",
  "ca-certificates",
  "tini",
  "dumb-init",
  "tzdata",
  "bash",
  "libc6-compat",
  "gnupg",
]);

const INSTALL = /\b(?:apt-get|apt|apk|dnf|microdnf|yum)\s+(?:-\S+\s+)*(?:install|add)\s+([^&|;\n]*)/g;

/** System packages that the server's own files ask for: by its Dockerfile, apt.txt, packages.txt or Aptfile. */
export function systemPackages(inspection: Inspection): { file: string; packages: string[] }[] {
  const { dockerfile, systemPackageLists } = inspection;
  const found = systemPackageLists.map(({ path, text }) => ({ file: path, packages: listed(text) }));
  if (dockerfile) found.push({ file: dockerfile.path, packages: installed(dockerfile.text) });
  return found
    .map(({ file, packages }) => ({ file, packages: packages.filter((name) => !INCIDENTAL.has(name)) }))
    .filter(({ packages }) => packages.length > 0);
}

function listed(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => line.replace(/#.*/, "").trim().split(/\s+/).filter(Boolean));
}

function installed(dockerfile: string): string[] {
  const commands = dockerfile.replace(/^\s*#.*\n?/gm, "").replace(/\\\s*\n/g, " ");
  const words = [...commands.matchAll(INSTALL)].flatMap((match) => (match[1] ?? "").trim().split(/\s+/));
  // Versions are cut off; options, variables and virtual names of apk (.build-deps) are no packages.
  const names = words
    .map((word) => word.replace(/[=<>~].*$/, ""))
    .filter((word) => /^[a-z0-9][a-z0-9+.:-]*$/.test(word));
  return [...new Set(names)];
}
