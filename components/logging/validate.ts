import type { Problem } from "../server";

/** What Elasticsearch takes as the name of an index, before the date that is added. */
const INDEX = /^[a-z][a-z0-9_-]{0,199}$/;

/** What is wrong with the beginning of the names of indices. */
export const validateIndex = (index: string, path: string): Problem[] =>
  INDEX.test(index)
    ? []
    : [
        {
          path,
          message: "is not the beginning of an index's name",
          got: index,
          allowed: "lower-case letters, digits, - and _, the first a letter",
          fix: 'leave it out, for "mcp-logs"',
        },
      ];

/** What is wrong with a version of the Elastic stack. The oldest is that of the guidelines. */
export function validateElasticVersion(version: string, path: string): Problem[] {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(version) ?? [];
  if (Number(major) > 8 || (major === "8" && Number(minor) >= 8)) return [];
  return [
    {
      path,
      message: "is not a version of the Elastic stack that is known to work",
      got: version,
      allowed: "8.8.0 or later, with all three numbers",
      fix: "leave it out",
    },
  ];
}

/** What is wrong with the number of days that logs are kept. */
export const validateRetention = (days: number, path: string): Problem[] =>
  Number.isInteger(days) && days >= 0
    ? []
    : [{ path, message: "is not a number of days", got: String(days), allowed: "whole days; 0 keeps logs for ever" }];

/** What is wrong with a URL of what logs are sent to. */
export function validateLogUrl(url: string, path: string, { needsPort = false } = {}): Problem[] {
  const { protocol, username, password } = parsed(url);
  const example = needsPort ? "https://logs.example.com:9200" : "https://logs.example.com";
  if (protocol !== "http:" && protocol !== "https:") {
    return [{ path, message: "is not a URL by HTTP", got: url, allowed: `a URL such as ${example}` }];
  }
  if (username || password) {
    return [{ path, message: "holds a password", allowed: "a URL without one", fix: "name it in the keys beside it" }];
  }
  // Logstash would ask port 9200, whatever the scheme says.
  if (needsPort && !/:\d+$/.test(url.replace(/\/$/, ""))) {
    return [{ path, message: "has no port at its end", got: url, allowed: `a URL such as ${example}` }];
  }
  return [];
}

function parsed(url: string): Pick<URL, "protocol" | "username" | "password"> {
  try {
    return new URL(url);
  } catch {
    return { protocol: "", username: "", password: "" };
  }
}
