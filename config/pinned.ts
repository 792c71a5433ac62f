import { type Problem, validateImageReference } from "../components/server";

/**
 * Images of services that are deployed as they are, and are not pinned: nobody builds them.
 * @param path of what holds the services, such as "mcp:monitoring"
 */
export const pinnedProblems = (path: string, parts: Record<string, { image?: string } | undefined>): Problem[] =>
  Object.entries(parts).flatMap(([part, given]) =>
    given?.image === undefined ? [] : validateImageReference(given.image, `${path}${part}.image`).problems,
  );
