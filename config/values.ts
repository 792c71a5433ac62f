import { z } from "zod";
import { validateImageReference } from "../components/server";

export const text = z.string().min(1);
/** YAML reads `8080` and `true` as a number and a boolean; as an argument or an environment variable they are text. */
export const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** Name of an environment variable. */
export const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _, the first no digit");
/** Labels, annotations or quantities by their names. */
export const labelMap = z.record(text, scalar);
/** An image of a service that is deployed as it is: pinned, since nobody builds it. */
export const pinned = text.refine((reference) => validateImageReference(reference, "").problems.length === 0, {
  message: "an image with a version or a digest; `latest` is another one tomorrow",
});
export const port = z.number().int();
