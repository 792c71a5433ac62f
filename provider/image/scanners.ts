import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Finding, grypeFindings, trivyFindings } from "./findings";

const execute = promisify(execFile);

/** A scanner that is installed. */
export interface InstalledScanner {
  name: string;
  scan(image: string): Promise<Finding[]>;
  /** Writes the image's SBOM as CycloneDX JSON. */
  writeSbom(image: string, file: string): Promise<void>;
}

interface ScannerCommands {
  scan: (image: string) => string[];
  findings: (json: string) => Finding[];
  sbom: (image: string, file: string) => string[];
}

/** How the scanners are called. An image's id is looked up on the Docker Engine, a digest there or at its registry. */
const COMMANDS: Record<string, ScannerCommands> = {
  trivy: {
    scan: (image) => ["image", "--quiet", "--scanners", "vuln", "--format", "json", image],
    findings: trivyFindings,
    sbom: (image, file) => ["image", "--quiet", "--format", "cyclonedx", "--output", file, image],
  },
  grype: {
    scan: (image) => ["--quiet", "--output", "json", image],
    findings: grypeFindings,
    sbom: (image, file) => ["--quiet", "--output", `cyclonedx-json=${file}`, image],
  },
};

/**
 * Finds the scanner on this machine.
 * @param wanted its name; undefined takes the first that is installed
 * @throws Error that says how to go on when there is none
 */
export async function findScanner(wanted?: string): Promise<InstalledScanner> {
  for (const name of wanted === undefined ? Object.keys(COMMANDS) : [wanted]) {
    const commands = COMMANDS[name];
    if (!commands || !(await isInstalled(name))) continue;
    return {
      name,
      scan: async (image) => readable(name, commands.findings, await run(name, commands.scan(image))),
      writeSbom: async (image, file) => void (await run(name, commands.sbom(image, file))),
    };
  }
  throw new Error(
    `A scan of the image is asked for, but ${wanted ?? "no scanner"} is${wanted ? " not" : ""} installed on this machine. ` +
      "Install trivy (https://trivy.dev) or grype (https://github.com/anchore/grype) so that it is on PATH, " +
      "or remove `scan` from the image's settings.",
  );
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    await execute(name, ["--version"]);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

async function run(name: string, args: string[]): Promise<string> {
  try {
    return (await execute(name, args, { maxBuffer: 512 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const lines = stderr.trim().split("\n").slice(-10).join("\n");
    throw new Error(`${name} ${args.join(" ")} failed, and an unscanned image is not deployed. ${lines || message}`);
  }
}

function readable(name: string, parse: (json: string) => Finding[], output: string): Finding[] {
  try {
    return parse(output);
  } catch (error) {
    throw new Error(`The output of ${name} can't be read (${(error as Error).message}); nothing is deployed.`);
  }
}
