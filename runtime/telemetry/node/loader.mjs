/** Hooks of the loader for ES modules, for Node before 22.15, which runs them in a thread of their own. */
import { handingOver } from "./sdkFiles.mjs";

export const load = async (url, context, next) => handingOver(url, await next(url, context));
