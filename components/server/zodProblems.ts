import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import type { Problem } from "../../common/errors";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Zod's issues in the user's words.
 * @param root name of the value in the user's own terms, such as `mcp:servers`
 * @param keysAt the known keys of the object at a path, for suggestions
 */
export function problemsOf(issues: Issue[], root: string, value: unknown, keysAt: (path: Path) => string[]): Problem[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(root, [...issue.path, key], keysAt(issue.path)))
      : [invalidValue(issue, root, value)],
  );
}

/** The problem of a key that nobody knows, with the nearest known one. */
export function unknownKey(root: string, path: Path, known: string[]): Problem {
  const key = String(path.at(-1));
  const nearest = known.length > 0 ? closest(key, known) : undefined;
  const isTypo = nearest !== undefined && distance(key, nearest) <= Math.max(2, key.length / 3);
  return {
    path: formatPath(root, path),
    message: "unknown key",
    got: key,
    allowed: known.join(", "),
    fix: isTypo ? `did you mean \`${nearest}\`?` : "remove it",
  };
}

function invalidValue(issue: Issue, root: string, value: unknown): Problem {
  const got = valueAt(value, issue.path);
  const problem: Problem = { path: formatPath(root, issue.path), message: "is not valid" };
  if (got === undefined) {
    problem.message = "is missing";
    problem.fix = `set ${formatPath(root, issue.path)}`;
  } else problem.got = show(got);
  const allowed = allowedBy(issue);
  if (allowed) problem.allowed = allowed;
  return problem;
}

function allowedBy(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return article(issue.expected);
    case "invalid_value":
      return issue.values.map(String).join(", ");
    case "too_small":
      return issue.origin === "string" || issue.origin === "array"
        ? "something that is not empty"
        : `${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_key":
      return issue.issues.map(allowedBy).filter(Boolean).join(", ") || undefined;
    case "invalid_union":
      return (
        issue.errors
          .map((errors) => errors[0] && allowedBy(errors[0]))
          .filter(Boolean)
          .join(" or ") || undefined
      );
    default:
      return issue.message;
  }
}

const article = (type: string): string =>
  ({ array: "a list", record: "a map", object: "a map", int: "a whole number", string: "text" })[type] ?? `a ${type}`;

/** A path in the notation of `pulumi config set --path`: `mcp:servers[0].health.retries`. */
export function formatPath(root: string, path: Path): string {
  return path.reduce<string>((text, key) => text + (typeof key === "number" ? `[${key}]` : `.${String(key)}`), root);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
