import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Operations } from "../operations";
import { changesOf } from "../values";
import { failing, findingsText } from "./findings";
import { findScanner } from "./scanners";

/** Inputs of a scan. */
export interface ScanInputs {
  /** Name of the server, for messages. */
  server: string;
  /** Digest or id of the image. */
  image: string;
  scanner?: string;
  severity?: string;
  unfixed?: boolean;
  ignore?: string[];
  sbom?: string;
}

export interface ScanOutputs extends ScanInputs {
  reference: string;
}

const AGAIN_ON = ["image", "scanner", "severity", "unfixed", "ignore", "sbom"] as const;

export const imageScan = {
  async diff(_id: string, olds: ScanOutputs, news: ScanInputs) {
    return { changes: changesOf(olds, news, AGAIN_ON) };
  },
  async create(inputs: ScanInputs) {
    return { id: inputs.server, outs: await scan(inputs) };
  },
  async update(_id: string, _olds: ScanOutputs, news: ScanInputs) {
    return { outs: await scan(news) };
  },
} satisfies Operations<ScanInputs, ScanOutputs>;

async function scan(inputs: ScanInputs): Promise<ScanOutputs> {
  const { server, image, severity = "high", unfixed = false, ignore = [], sbom } = inputs;
  const scanner = await findScanner(inputs.scanner);
  const bad = failing(await scanner.scan(image), { severity, unfixed, ignore });
  if (bad.length > 0) {
    const what = `${bad.length} known ${bad.length === 1 ? "vulnerability" : "vulnerabilities"} of severity ${severity} or worse`;
    throw new Error(
      `The image of "${server}" has ${what} (${scanner.name}); it is not deployed.\n${findingsText(bad)}\n` +
        "Mend it: `securityUpdates: true` or a new `refresh` for system packages, newer dependencies for the rest. " +
        "Accept single ones with `scan.ignore`.",
    );
  }
  if (sbom !== undefined) {
    await mkdir(path.dirname(path.resolve(sbom)), { recursive: true });
    await scanner.writeSbom(image, sbom);
  }
  return { ...inputs, reference: image };
}
