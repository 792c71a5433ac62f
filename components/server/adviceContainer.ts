import type { AdviceFacts, AdviceRule, Finding } from "./advice";
import { Runtime, Target } from "./args";
import { literalOf } from "./code";
import type { Dependency } from "./detection";
import { HARMLESS, NATIVE_PACKAGES } from "./nativePackages";
import type { ResolvedServer } from "./resolved";
import { SERVICE_CLIENTS } from "./serviceClients";
import { systemPackages } from "./systemPackages";

/** "Good Use Cases" of the guidelines' "When to Containerize". */
export const CONTAINER_RULES: AdviceRule[] = [
  { name: "system-packages", target: Target.Docker, decisive: true, find: neededSystemPackages },
  { name: "native-libraries", target: Target.Docker, decisive: true, find: nativeLibraries },
  { name: "pinned-runtime", target: Target.Docker, decisive: true, find: pinnedRuntime },
  { name: "production", target: Target.Docker, decisive: true, find: production },
  { name: "isolation", target: Target.Docker, decisive: true, find: isolation },
  { name: "external-services", target: Target.Docker, decisive: true, find: externalServices },
  { name: "own-dockerfile", target: Target.Docker, decisive: false, find: ownDockerfile },
];

function neededSystemPackages({ server }: AdviceFacts): Finding[] {
  return systemPackages(server.inspection).map(({ file, packages }) => ({
    because: `it needs system packages: ${packages.join(", ")}`,
    evidence: `${file}: ${packages.join(" ")}`,
  }));
}

function nativeLibraries({ dependencies, server }: AdviceFacts): Finding[] {
  return dependencies.flatMap((dependency) => {
    const needs = needsNative(dependency, server.runtime);
    if (needs === undefined) return [];
    return [{ because: `${dependency.name} needs ${needs}`, evidence: `${dependency.file}: ${dependency.name}` }];
  });
}

/** What a dependency needs from the system; undefined for one that installs anywhere. */
export function needsNative({ name }: Dependency, runtime: Runtime): string | undefined {
  return HARMLESS[runtime].has(name) || !Object.hasOwn(NATIVE_PACKAGES, name) ? undefined : NATIVE_PACKAGES[name];
}

/**
 * An exact pin decides. A version file that names a minor version only is a hint, and none beside a manifest that allows a range:
 * uv and nvm write such files for everyone.
 */
function pinnedRuntime({ server }: AdviceFacts): Finding[] {
  const { requiresRuntime, inspection } = server;
  const name = server.runtime === Runtime.Python ? "Python" : "Node";
  const finding = (version: string, evidence: string, decisive: boolean): Finding[] => [
    { because: `it is made for ${name} ${version}, which not every machine has`, evidence, decisive },
  ];
  const file = server.runtime === Runtime.Python ? "pyproject.toml" : "package.json";
  const isDeclared = server.runtime === Runtime.Python || inspection.packageJson?.engines?.node !== undefined;
  if (requiresRuntime !== undefined && isDeclared && isExact(requiresRuntime, server.runtime)) {
    return finding(requiresRuntime, `${file}: ${requiresRuntime}`, true);
  }
  const pinned =
    server.runtime === Runtime.Python
      ? inspection.pythonVersion && { path: ".python-version", text: inspection.pythonVersion }
      : inspection.nodeVersion;
  if (!pinned || !/\d/.test(pinned.text)) return [];
  const exact = /\d+\.\d+\.\d+/.test(pinned.text);
  return exact || !declaresRange(inspection) ? finding(pinned.text, `${pinned.path}: ${pinned.text}`, exact) : [];
}

function declaresRange({ pyProject, packageJson }: ResolvedServer["inspection"]): boolean {
  const declared = pyProject?.project?.["requires-python"] ?? pyProject?.tool?.poetry?.dependencies?.python;
  return declared !== undefined || packageJson?.engines?.node !== undefined;
}

/** One release line alone: "==3.11.*", "~=3.11.4", ">=3.11,<3.12" of Python; "22", "22.x", "^22", "~22.4" of Node. */
function isExact(range: string, runtime: Runtime): boolean {
  if (runtime === Runtime.Python) {
    const [lower, upper] = [/>=?3\.(\d+)/, /<3\.(\d+)/].map((bound) => Number(bound.exec(range)?.[1] ?? Number.NaN));
    return /^===?\d|^~=\d+\.\d+\.\d+/.test(range) || (upper ?? 0) - (lower ?? 0) === 1;
  }
  return /^[\^~=v]?\s*\d+(\.[\dx*]+)*$/.test(range);
}

function production({ context }: AdviceFacts): Finding[] {
  if (context.stage !== "production") return [];
  return [{ because: "production wants the same environment at every deployment", evidence: "stage: production" }];
}

const PYTHON_EXECUTION: RegExp[] = [
  /(?<![\w.]|def )(?:exec|eval)(?=\s*\()/,
  /\bsubprocess\.(?:run|Popen|call|check_call|check_output|getoutput)\b/,
  /\bfrom\s+subprocess\s+import\b/,
  /\bos\.(?:system|popen|exec[lv]\w*|spawn\w+)\b/,
  /\bcreate_subprocess_(?:exec|shell)\b/,
];
const NODE_EXECUTION: RegExp[] = [
  /(?<![\w.$]|function )eval(?=\s*\()/,
  /\bnew\s+Function(?=\s*\()/,
  /\bvm\.(?:run\w+|Script)\b/,
];

/** Code that starts programs or runs code: what a caller can make it do should stay in a container. */
function isolation({ code, server }: AdviceFacts): Finding[] {
  const patterns = server.runtime === Runtime.Python ? PYTHON_EXECUTION : NODE_EXECUTION;
  return code.flatMap(({ path, code: source }) => {
    const match = patterns.map((pattern) => pattern.exec(source.text)?.[0]).find((found) => found !== undefined);
    const what = match ?? importedModules(source).find((name) => /^(?:node:)?(?:child_process|vm)$|^execa$/.test(name));
    if (what === undefined) return [];
    const because = "it starts programs or runs code, which a container keeps apart from the machine";
    return [{ because, evidence: `${path}: ${what.replace(/\s+/g, " ")}` }];
  });
}

function importedModules(source: Parameters<typeof literalOf>[0]): string[] {
  return [...source.text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)("\d+")/g)].flatMap(
    (match) => literalOf(source, match[1]) ?? [],
  );
}

/** Services want containers beside the server; in development the server itself may stay a process. */
function externalServices({ dependencies, context }: AdviceFacts): Finding[] {
  const decisive = context.stage !== "development";
  const used = dependencies.flatMap((dependency) => {
    const service = Object.hasOwn(SERVICE_CLIENTS, dependency.name) ? SERVICE_CLIENTS[dependency.name] : undefined;
    if (service === undefined) return [];
    return [
      {
        because: `it talks to ${service}, which runs beside it`,
        evidence: `${dependency.file}: ${dependency.name}`,
        decisive,
      },
    ];
  });
  const deployed = (context.services ?? []).map((service) => ({
    because: `${service} is deployed beside it`,
    evidence: `services: ${service}`,
    decisive,
  }));
  return [...used, ...deployed];
}

function ownDockerfile({ server }: AdviceFacts): Finding[] {
  const { dockerfile } = server.inspection;
  return dockerfile
    ? [{ because: "it brings a Dockerfile of its own", evidence: `${dockerfile.path} in the folder` }]
    : [];
}
