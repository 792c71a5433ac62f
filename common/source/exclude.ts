import ignore from "ignore";

/**
 * What is never deployed, as patterns of .gitignore: version control, installed packages, caches, secrets, editor folders, logs.
 * Virtual environments of other names are recognized by their pyvenv.cfg, in walk.ts.
 */
export const NEVER_DEPLOYED = [
  ...[".git", ".hg", ".svn", "node_modules", ".venv/", "venv/"],
  ...["__pycache__/", "*.pyc", "*.pyo", "*.egg-info/", ".eggs/", ".tox/", ".nox/", ".ipynb_checkpoints/"],
  ...[".pytest_cache/", ".mypy_cache/", ".ruff_cache/", ".cache/", ".npm/", ".nyc_output/", "*.tsbuildinfo"],
  ...[".env*", ".npmrc", ".netrc", ".pypirc"],
  ...[".idea/", ".vscode/", ".vs/", "*.swp", "*~", ".DS_Store", "Thumbs.db"],
  ...["*.log", "/logs/"],
];

/** Tells whether a path, relative to the server's folder, is left out of a deployment. */
export interface Exclusion {
  /** Whether the entry itself is left out. */
  excludes(path: string, isDirectory: boolean): boolean;
  /** Whether a directory can be left out unread: false when a later `!pattern` may bring back something in it. */
  prunes(path: string): boolean;
}

/** The exclusions of every server, and those of its own .dockerignore when its text is given. */
export function exclusion(dockerignore?: string): Exclusion {
  const never = ignore().add(NEVER_DEPLOYED);
  const isNever = (path: string, isDirectory: boolean) => never.ignores(isDirectory ? `${path}/` : path);
  const rules = dockerignore === undefined ? [] : dockerignoreRules(dockerignore);
  const hasNegation = rules.some((rule) => rule.negated);
  const isIgnored = (path: string) => {
    // As Docker does it: the last pattern that matches the path or one of its parents decides.
    for (let i = rules.length - 1; i >= 0; i--) {
      const rule = rules[i];
      if (rule?.matches(path)) return !rule.negated;
    }
    return false;
  };
  return {
    excludes: (path, isDirectory) => isNever(path, isDirectory) || isIgnored(path),
    prunes: (path) => isNever(path, true) || (!hasNegation && isIgnored(path)),
  };
}

interface DockerignoreRule {
  negated: boolean;
  matches: (path: string) => boolean;
}

/** Unlike .gitignore, a pattern of .dockerignore is anchored at the folder, and `!` reaches into excluded directories. */
function dockerignoreRules(text: string): DockerignoreRule[] {
  const rules: DockerignoreRule[] = [];
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const negated = line.trim().startsWith("!");
    const pattern = line
      .trim()
      .replace(/^!\s*/, "")
      .replace(/^(\.?\/)+/, "")
      .replace(/\/+$/, "");
    if (pattern === "" || pattern === ".") continue;
    const matcher = ignore({ ignorecase: false }).add(`/${pattern}`);
    rules.push({ negated, matches: (path) => matcher.ignores(path) });
  }
  return rules;
}
