/** Whether a Python version satisfies a version specifier such as ">=3.11,<3.13", "~=3.11" or "==3.11.*". Source: PEP 440. */
export function satisfiesPython(version: string, specifiers: string): boolean {
  return specifiers
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .every((part) => satisfiesOne(numbers(version), part));
}

function satisfiesOne(version: number[], specifier: string): boolean {
  const [, operator = "==", wanted = ""] =
    /^(===|==|~=|!=|>=|<=|>|<)?\s*v?(\d+(?:\.\d+)*(?:\.\*)?)/.exec(specifier) ?? [];
  const bound = numbers(wanted);
  const order = compare(version, bound);
  // "==3.11" in a .python-version or Dockerfile sense means any 3.11.x; PEP 440 spells that "==3.11.*".
  const isPrefix = bound.every((part, index) => version[index] === part);
  switch (operator) {
    case ">=":
      return order >= 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case "<":
      return order < 0;
    case "!=":
      return wanted.endsWith(".*") ? !isPrefix : order !== 0;
    case "~=":
      return order >= 0 && bound.slice(0, -1).every((part, index) => version[index] === part);
    default:
      return isPrefix;
  }
}

function compare(a: number[], b: number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const numbers = (version: string): number[] => version.replace(/\.\*$/, "").split(".").filter(Boolean).map(Number);
