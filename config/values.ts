import { z } from "zod";

export const text = z.string().min(1);
/** YAML reads `8080` and `true` as a number and a boolean; as an argument or an environment variable they are text. */
export const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** Name of an environment variable. */
export const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "letters, digits and _, the first no digit");
/** Labels, annotations or quantities by their names. */
export const labelMap = z.record(text, scalar);
