/** A seeded generator of files as people write them: the same seed gives the same file, so that a failure can be repeated. */
export class Random {
  constructor(private state: number) {}

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    // mulberry32: small, and good enough to vary test data.
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(options: readonly [T, ...T[]]): T {
    return options[this.below(options.length)] ?? options[0];
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

interface JsonStyle {
  indent: string;
  eol: string;
  comments: boolean;
  trailingCommas: boolean;
  oneLine: boolean;
  space: string;
}

/** A JSON file; `key` may or may not be there, and holds servers when it is. */
export function jsonFile(random: Random, key: string, kind: "json" | "jsonc"): string {
  if (random.chance(8)) return emptyJson(random, kind);
  const style: JsonStyle = {
    indent: random.pick(["  ", "    ", "\t", " "]),
    eol: random.pick(["\n", "\n", "\r\n"]),
    comments: kind === "jsonc" && random.chance(60),
    trailingCommas: kind === "jsonc" && random.chance(40),
    oneLine: random.chance(15),
    space: random.pick([" ", " ", ""]),
  };
  const fields: [string, string][] = [];
  const others = random.below(4);
  for (let index = 0; index < others; index++) fields.push([`key${index}`, jsonValue(random, style, 1)]);
  if (random.chance(60)) {
    const servers: [string, string][] = [];
    const count = random.below(3);
    for (let index = 0; index < count; index++) servers.push([`other${index}`, jsonValue(random, style, 2)]);
    fields.splice(random.below(fields.length + 1), 0, [key, jsonObject(random, style, servers, 1)]);
  }
  if (random.chance(30)) {
    const items = random.chance(50) ? [jsonObject(random, style, [["id", '"mine"']], 2)] : [];
    fields.splice(random.below(fields.length + 1), 0, ["inputs", jsonList(random, style, items, 1)]);
  }
  const bom = random.chance(10) ? "\uFEFF" : "";
  const head = style.comments && !style.oneLine && random.chance(30) ? `// mine${style.eol}` : "";
  return (
    bom + head + jsonObject(random, style, fields, 0) + random.pick(["", style.eol, style.eol, style.eol.repeat(3)])
  );
}

function emptyJson(random: Random, kind: "json" | "jsonc"): string {
  const texts = ["", "{}", "{}\n", "\n", "  ", "{}\r\n", "\r\n"] as const;
  return kind === "jsonc" && random.chance(50)
    ? random.pick(["// nothing yet", "// nothing yet\n", "/* a */ {} // b\n", "{ // a\n}\n"])
    : random.pick(texts);
}

function jsonValue(random: Random, style: JsonStyle, depth: number): string {
  return random.pick<() => string>([
    () => "1",
    () => "true",
    () => "null",
    () => '"a, b: {c} // no comment"',
    () => '"\\u00e9 \\"quoted\\""',
    () => jsonList(random, style, ['"x"', "2"].slice(0, random.below(3)), depth),
    () => jsonObject(random, style, [["command", '"npx"'] as [string, string]].slice(0, random.below(2)), depth),
  ])();
}

function jsonObject(random: Random, style: JsonStyle, fields: [string, string][], depth: number): string {
  const written = fields.map(([name, value]) => `${JSON.stringify(name)}:${style.space}${value}`);
  return surround(random, style, written, depth, ["{", "}"]);
}

function jsonList(random: Random, style: JsonStyle, items: string[], depth: number): string {
  return surround(random, style, items, depth, ["[", "]"]);
}

function surround(
  random: Random,
  style: JsonStyle,
  parts: string[],
  depth: number,
  [open, close]: [string, string],
): string {
  if (parts.length === 0) return open + close;
  if (style.oneLine || (random.chance(10) && !parts.some((part) => part.includes("\n")))) {
    return open + parts.join(`,${style.space}`) + close;
  }
  const { eol, indent } = style;
  const comment = (text: string) => (style.comments && random.chance(25) ? text : "");
  const lines = parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    const comma = isLast && !style.trailingCommas ? "" : ",";
    const above = comment(`${indent.repeat(depth + 1)}// above${eol}`);
    return above + indent.repeat(depth + 1) + part + comment(" /* , */") + comma + comment(" // beside, it's mine");
  });
  const below = comment(`${eol}${indent.repeat(depth + 1)}// "old": {},`);
  return (
    open +
    comment(" // first") +
    eol +
    lines.join(random.chance(15) ? eol + eol : eol) +
    below +
    eol +
    indent.repeat(depth) +
    close
  );
}

/** A TOML file with tables, comments, strings that look like tables, and every line ending. */
export function tomlFile(random: Random): string {
  let text = random.chance(10) ? "\uFEFF" : "";
  text += gap(random);
  const top = random.below(4);
  for (let index = 0; index < top; index++) text += `${statement(random, index)}\n${gap(random)}`;
  const tables = random.below(5);
  for (let index = 0; index < tables; index++) {
    text += `${header(random, index)}\n${gap(random)}`;
    const inside = random.below(3);
    for (let line = 0; line < inside; line++) text += `${statement(random, line)}\n${gap(random)}`;
  }
  if (random.chance(25)) text = text.replace(/\n+$/, "");
  return random.chance(30) ? text.replaceAll("\n", "\r\n") : text;
}

function header(random: Random, index: number): string {
  return random.pick([
    `[table${index}]`,
    `[mcp_servers.other${index}]`,
    `  [ mcp_servers . "quoted ${index}" ] # mine`,
    `[mcp_servers.other${index}.env]`,
    `[projects."/a/[b]${index}"]  # mine`,
    "[[list]]",
  ]);
}

function statement(random: Random, index: number): string {
  return random.pick([
    `key${index} = ${random.below(9)}`,
    `key${index}="a#b" # note`,
    `key${index} = [ 1,\n  "[x]", # two ]\n]`,
    `"quoted ${index}" = 'c:\\'`,
    `key${index} = """\n[mcp_servers.weather]\n# no comment \\""" and ""quotes"""""`,
    `key${index} = '''\n[mcp_servers.weather]\n''''`,
    `date${index} = 1979-05-27T07:32:00.120Z`,
    `inline${index} = { a = 1, b = "}" }`,
    `float${index} = 1.50`,
    `big${index} = 9223372036854775807`,
    `dotted${index}.a = 1`,
  ]);
}

function gap(random: Random): string {
  return random.pick(["", "", "\n", "\n\n", "# mine\n", "  # mine\n", "\n# mine\n\n", "   \n"]);
}
