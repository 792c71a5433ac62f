import { isIP } from "node:net";
import { type Problem, type ResolvedServer, validateChoice, validateHttpPath } from "../server";
import { Authentication, ExposureKind } from "./args";
import type { ExposureSettings } from "./settings";

/** What is wrong with the way in from outside, by itself and for the server. */
export function exposureProblems(
  { path: mcpPath }: Pick<ResolvedServer, "path">,
  exposure: ExposureSettings,
): Problem[] {
  const { publicUrl, authentication, kind = ExposureKind.Ingress, gateway, clusterIssuer, tlsSecret } = exposure;
  const problems: Problem[] = [
    ...validateChoice(kind, Object.values(ExposureKind), "exposure.kind"),
    ...urlProblems(publicUrl, mcpPath),
  ];
  if (authentication === undefined) {
    problems.push({
      path: "exposure.authentication",
      message: "anybody who knows the URL could use the server's tools",
      allowed: Object.values(Authentication).join(", "),
      fix: "set it to oauth when the server checks tokens, to proxy when a proxy before it does, or to none to let everybody in",
    });
  } else {
    problems.push(...validateChoice(authentication, Object.values(Authentication), "exposure.authentication"));
  }
  if (kind === ExposureKind.Gateway) {
    if (!/^[a-z0-9-]+\/[a-z0-9.-]+$/.test(gateway ?? "")) {
      const message = gateway === undefined ? "is missing" : "names no gateway";
      problems.push({
        path: "exposure.gateway",
        message,
        ...(gateway !== undefined && { got: gateway }),
        allowed: '"namespace/name" of a Gateway that exists',
      });
    }
    for (const [field, value] of Object.entries({ clusterIssuer, tlsSecret })) {
      if (value === undefined) continue;
      const fix = "remove it: a Gateway holds the certificate of its own listener";
      problems.push({ path: `exposure.${field}`, message: "is for an Ingress", got: value, fix });
    }
  }
  return problems;
}

function urlProblems(publicUrl: string, mcpPath: string): Problem[] {
  const path = "exposure.publicUrl";
  const allowed = 'a URL such as "https://mcp.example.com/mcp"';
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  if (url === undefined) return [{ path, message: "this is no URL", got: String(publicUrl), allowed }];
  const problems: Problem[] = validateHttpPath(url.pathname, path);
  if (url.protocol !== "https:") {
    const fix = `write "https:${publicUrl.replace(/^\w+:/, "")}"`;
    problems.push({ path, message: "calls and tokens would travel in clear", got: publicUrl, allowed, fix });
  }
  if (url.search || url.hash || url.username || url.port) {
    problems.push({ path, message: "has parts that no client needs", got: publicUrl, allowed });
  }
  if (isIP(url.hostname.replace(/^\[|\]$/g, "")) || !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(url.hostname)) {
    problems.push({
      path,
      message: "its host is no DNS name, by which an Ingress tells servers apart",
      got: publicUrl,
      allowed,
    });
  }
  if (url.pathname !== mcpPath) {
    const message = `its path is not that of the server, ${mcpPath}`;
    problems.push({ path, message, got: publicUrl, fix: `set \`path: ${url.pathname}\`, or end it with ${mcpPath}` });
  }
  return problems;
}
