import * as pulumi from "../pulumi";
import {
  type ImageFindings,
  ImageLayout,
  ImagePinning,
  type ImageSettings,
  type McpServerArgs,
  type Problem,
  Scanner,
  Severity,
  validateChoice,
  validateImageReference,
} from "../server";

/** What is wrong with the settings of an image, whatever the server is. */
export function checkSettings(image: ImageSettings, buildSecrets: string[]): ImageFindings {
  const { layout, pinning, base, scan, systemPackages = [], buildPackages = [], buildArgs = {} } = image;
  const choice = (value: string | undefined, allowed: object, path: string) =>
    value === undefined ? [] : validateChoice(value, Object.values(allowed), path);
  const problems: Problem[] = [
    ...choice(layout, ImageLayout, "image.layout"),
    ...choice(pinning, ImagePinning, "image.pinning"),
    ...choice(scan?.scanner, Scanner, "image.scan.scanner"),
    ...choice(scan?.severity, Severity, "image.scan.severity"),
    ...wrongPackages(systemPackages, "image.systemPackages"),
    ...wrongPackages(buildPackages, "image.buildPackages"),
    ...wrongNames(Object.keys(buildArgs), "image.buildArgs"),
    ...wrongNames(buildSecrets, "image.buildSecrets"),
  ];
  if (layout === ImageLayout.Lightweight && buildSecrets.length > 0) {
    problems.push({
      path: "image.buildSecrets",
      message: "an image of one stage would keep them in its history",
      got: `layout: ${layout}`,
      allowed: 'the layout "multi-stage", where they stay in the build stage',
      fix: "remove `layout`",
    });
  }
  const found = base === undefined ? undefined : validateImageReference(base, "image.base", pinning);
  return { problems: [...problems, ...(found?.problems ?? [])], warnings: found?.warnings ?? [] };
}

/** Names of the secret build arguments, which must be known though their values may not be. */
export function secretNames(image: McpServerArgs["image"]): string[] {
  const secrets = secretsOf(image);
  return secrets === undefined || pulumi.Output.isInstance(secrets) ? [] : Object.keys(secrets);
}

/** The secret build arguments of the args; the only part of them that may be an output. */
export function secretsOf(image: McpServerArgs["image"]): Record<string, pulumi.Input<string>> | undefined {
  return (image as { buildSecrets?: Record<string, pulumi.Input<string>> } | undefined)?.buildSecrets;
}

function wrongPackages(names: string[], path: string): Problem[] {
  return names
    .filter((name) => !/^[a-z0-9][a-z0-9+.:~=_-]*$/i.test(name))
    .map((got) => ({
      path,
      message: "this is no name of a package",
      got,
      allowed: 'one package an entry, such as "libpq5" or "curl=8.14.1-2"',
    }));
}

function wrongNames(names: string[], path: string): Problem[] {
  return names
    .filter((name) => !/^[A-Za-z_]\w*$/.test(name))
    .map((got) => ({
      path,
      message: "this is no name of a build argument",
      got,
      allowed: "letters, digits and underscores",
    }));
}
