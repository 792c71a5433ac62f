import { BlockList, isIP } from "node:net";
import type { Problem } from "../server";
import { NetworkRules } from "./args";
import type { EgressSettings } from "./settings";

/** What is wrong with a rule of what a server may connect to. */
export function egressProblems(rule: EgressSettings, networkRules: NetworkRules | undefined, path: string): Problem[] {
  const { cidr, except, namespace, podLabels, host, ports } = rule;
  const pods = namespace ? "namespace" : podLabels && "podLabels";
  const given = [cidr && "cidr", pods, host && "host"].filter(Boolean);
  const problems: Problem[] = [];
  if (given.length !== 1) {
    const got = given.join(" and ") || "none of them";
    problems.push({
      path,
      message: "says where by one of cidr, namespace (or podLabels, in its own) and host",
      got,
      fix: "write a rule for each",
    });
  }
  if (cidr !== undefined && !isCidr(cidr)) problems.push(noCidr(`${path}.cidr`, cidr));
  for (const part of except ?? []) {
    if (!isCidr(part)) problems.push(noCidr(`${path}.except`, part));
    else if (cidr !== undefined && isCidr(cidr) && !isWithin(part, cidr)) {
      problems.push({ path: `${path}.except`, message: `is no part of ${cidr}`, got: part, fix: "remove it" });
    }
  }
  if (except && cidr === undefined) problems.push(goesWith(`${path}.except`, "cidr"));
  if (host !== undefined && networkRules !== NetworkRules.Cilium) {
    problems.push({
      path: `${path}.host`,
      message: "Kubernetes' own NetworkPolicy knows no host names, and would have to allow every address",
      got: host,
      allowed: "addresses by `cidr`",
      fix: "set `cidr`, or `networkRules: cilium` where the cluster's network is Cilium",
    });
  }
  // An empty list would mean every port.
  if (ports?.length === 0) {
    problems.push({ path: `${path}.ports`, message: "is empty", fix: "name the ports, or remove it for 443" });
  }
  for (const port of ports ?? []) {
    if (Number.isInteger(port) && port >= 1 && port <= 65535) continue;
    problems.push({ path: `${path}.ports`, message: "there is no such TCP port", got: String(port) });
  }
  return problems;
}

function isCidr(text: string): boolean {
  const [address = "", prefix = "", ...rest] = text.split("/");
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  return bits !== undefined && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

/** Whether a range lies in another one and is smaller than it. */
function isWithin(part: string, whole: string): boolean {
  const [[address = "", bits], [wholeAddress = "", wholeBits]] = [part.split("/"), whole.split("/")];
  const [family, wholeFamily] = [isIP(address), isIP(wholeAddress)];
  if (family !== wholeFamily || Number(bits) <= Number(wholeBits)) return false;
  const list = new BlockList();
  list.addSubnet(wholeAddress, Number(wholeBits), family === 6 ? "ipv6" : "ipv4");
  return list.check(address, family === 6 ? "ipv6" : "ipv4");
}

const noCidr = (path: string, got: string): Problem => ({
  path,
  message: "this is no range of addresses",
  got,
  allowed: 'a CIDR, such as "203.0.113.0/24"',
  ...(/^\d+(\.\d+){3}$/.test(got) && { fix: `write "${got}/32" for the one address` }),
});

const goesWith = (path: string, field: string): Problem => ({
  path,
  message: `means nothing without \`${field}\``,
  fix: `set \`${field}\`, or remove it`,
});
