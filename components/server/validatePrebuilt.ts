import type { Problem } from "../../common/errors";
import { Transport } from "./args";
import type { ImageSettings, ServerSettings } from "./resolved";
import { type ImageFindings, validateImageReference } from "./validateImage";

/** What else may be said of an image that exists already: nobody builds it. */
const ALLOWED: string[] = ["reference", "pinning", "scan", "platform"] satisfies (keyof ImageSettings)[];

/** What `source` alone gives a meaning to. */
const ABOUT_SOURCE = ["runtime", "entryPoint"] as const;

/** What is added to an image while it is built. */
const BUILT_IN: Record<"bridge" | "develop", string> = {
  bridge: "the bridge is built into an image, and can't be added to one that exists already",
  develop: "what restarts the server on an edit is built into an image, and can't be added to one that exists already",
};

/** An image that exists already: its reference, and the settings that mean nothing for it. Without one there must be a source. */
export function checkPrebuilt(settings: ServerSettings): ImageFindings {
  const { source, image = {} } = settings;
  const { reference, pinning } = image;
  if (reference === undefined) return { problems: source === undefined ? [NOTHING] : [], warnings: [] };
  const found = validateImageReference(reference, "image.reference", pinning);
  const given = (field: keyof ServerSettings) => settings[field] !== undefined;
  // A server that clients start is told that it has no use for these, whatever its image is.
  const builtIn = settings.launchedByClient ? [] : (["bridge", "develop"] as const).filter(given);
  return {
    problems: [
      ...found.problems,
      ...buildOnly(Object.keys(image).filter((field) => image[field as keyof ImageSettings] !== undefined)),
      ...(source === undefined ? ABOUT_SOURCE.filter(given).map(aboutSource) : []),
      ...builtIn.map((field) => ({
        path: field,
        message: BUILT_IN[field],
        got: `image.reference: ${reference}`,
        fix: `remove \`${field}\`, or \`image.reference\` to have the image built from \`source\``,
      })),
    ],
    warnings: found.warnings,
  };
}

/** Settings of an image, by name, that tell how it is built, beside a reference to one that exists already. */
export function buildOnly(fields: string[]): Problem[] {
  return fields
    .filter((field) => !ALLOWED.includes(field))
    .map((field) => ({
      path: `image.${field}`,
      message: "says how an image is built, and image.reference names one that exists already",
      allowed: ALLOWED.map((name) => `image.${name}`).join(", "),
      fix: `remove image.${field}, or image.reference to have the image built from \`source\``,
    }));
}

/** A stdio server needs something in its container that serves it by HTTP, unless clients start it. */
export function validatePrebuiltTransport(
  { image, launchedByClient }: Pick<ServerSettings, "image" | "launchedByClient">,
  transport: Transport,
): Problem[] {
  if (image?.reference === undefined || launchedByClient || transport !== Transport.Stdio) return [];
  return [
    {
      path: "transport",
      message: "a stdio server is served by a bridge in its image, which can't be added to one that exists already",
      got: transport,
      allowed: "http, or stdio with `launchedByClient: true`",
      fix: "set `launchedByClient: true` to have clients start the container, or `transport: http` if the image serves HTTP",
    },
  ];
}

/** A process runs the source: what is in an image stays there. */
export function validateProcess({ image }: Pick<ServerSettings, "image">): Problem[] {
  const got = image?.reference;
  if (got === undefined) return [];
  return [
    {
      path: "image.reference",
      message: "an image runs in a container only, and the process target runs a server from its source",
      got,
      allowed: "a server with `source`, and without image.reference",
      fix: "deploy it with the target docker, or set `source` and remove image.reference",
    },
  ];
}

const NOTHING: Problem = {
  path: "source",
  message: "there is neither a source nor an image to deploy",
  allowed: "`source`, the folder of the server; or `image.reference`, an image that exists already",
  fix: "set `source`, or `image: { reference: ... }`",
};

const aboutSource = (field: string): Problem => ({
  path: field,
  message: "is about the server's source, and there is only an image",
  allowed: "`args`, `env` and `port`, which the image is started with",
  fix: `remove \`${field}\`, or set \`source\` too`,
});
