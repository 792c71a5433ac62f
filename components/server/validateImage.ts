import type { Problem } from "../../common/errors";
import { ImagePinning } from "./args";

/** What is wrong with a reference to an image, and what deserves a warning. */
export interface ImageFindings {
  problems: Problem[];
  warnings: string[];
}

const ALLOWED = 'a tag with a version, such as "python:3.11-slim", or a digest ("...@sha256:...")';

/** A host, which may have capitals and a port, and folders, which may not. Source: the grammar of distribution/reference. */
const NAME = /^([A-Za-z0-9.-]+(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*$/;

const DIGEST = /^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/;

/**
 * Checks that a reference names one image, and the same one tomorrow.
 * @param path where it stands, in the user's own terms
 * @param pinning what becomes of one that is not pinned
 */
export function validateImageReference(
  reference: string,
  path: string,
  pinning: ImagePinning = ImagePinning.Warn,
): ImageFindings {
  const { name, tag, digest } = parseImageReference(reference);
  if (!NAME.test(name) || (tag !== undefined && !/^\w[\w.-]*$/.test(tag)) || /\s/.test(reference)) {
    return {
      problems: [{ path, message: "this is no reference to an image", got: reference, allowed: ALLOWED }],
      warnings: [],
    };
  }
  if (digest !== undefined) {
    const allowed = "sha256: and 64 hexadecimal digits";
    const problem = { path, message: "its digest is none", got: digest, allowed };
    return { problems: DIGEST.test(digest) ? [] : [problem], warnings: [] };
  }
  const moves = tag === undefined || tag === "latest";
  if (!moves && /(^|[-_.v])\d/.test(tag)) return { problems: [], warnings: [] };
  const message =
    tag === undefined
      ? `${reference} has no tag, which means \`latest\`: another image tomorrow`
      : `${reference} has no version and may be another image tomorrow`;
  const isRefused = pinning === ImagePinning.Refuse || (pinning !== ImagePinning.Off && moves);
  if (!isRefused) return { problems: [], warnings: [`${path}: ${message}`] };
  const fix = `pin it: \`docker buildx imagetools inspect ${reference}\` shows its digest`;
  return { problems: [{ path, message, got: reference, allowed: ALLOWED, fix }], warnings: [] };
}

/** The parts of a reference: "host:5000/team/name:1.2@sha256:...". */
export function parseImageReference(reference: string): { name: string; tag?: string; digest?: string } {
  const [tagged = "", digest] = reference.split("@");
  const [, name = tagged, tag] = /^(.*):([^/:]+)$/.exec(tagged) ?? [];
  return { name, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}
