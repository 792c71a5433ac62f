import type { AdviceFacts, AdviceRule, Finding } from "./advice";
import { needsNative } from "./adviceContainer";
import { Target, Transport } from "./args";
import { SERVICE_CLIENTS } from "./serviceClients";

/** Most direct dependencies of a server that the guidelines would call simple. */
const FEW = 5;

/** "Avoid Containerization When" of the guidelines. */
export const PROCESS_RULES: AdviceRule[] = [
  { name: "simple-fastmcp", target: Target.Process, decisive: false, find: simpleFastmcp },
  { name: "minimal-dependencies", target: Target.Process, decisive: false, find: minimalDependencies },
  { name: "stdio", target: Target.Process, decisive: false, find: stdio },
  { name: "development", target: Target.Process, decisive: false, find: development },
];

function simpleFastmcp(facts: AdviceFacts): Finding[] {
  const { server, code } = facts;
  const declared = server.dependencies.find(({ name }) => name === "fastmcp" || name === "fastmcp-slim");
  const used = code.find((source) => /\bFastMCP\s*\(/.test(source.code.text));
  if ((declared === undefined && used === undefined) || server.runtime !== "python" || !isSimple(facts)) return [];
  const evidence = declared ? `${declared.file}: ${declared.name}` : `${used?.path}: FastMCP()`;
  return [{ because: "simple FastMCP servers run well as they are", evidence }];
}

function minimalDependencies(facts: AdviceFacts): Finding[] {
  const { dependencies, server } = facts;
  if (!isSimple(facts)) return [];
  const files = [...new Set(dependencies.map(({ file }) => file))];
  const evidence =
    dependencies.length > 0
      ? `${files.join(", ")}: ${dependencies.map(({ name }) => name).join(", ")}`
      : `${server.dependencyFiles[0] ?? "the folder"}: no dependencies`;
  const because = "it has few dependencies, which install anywhere";
  return [{ because, evidence }];
}

function isSimple({ dependencies, server }: AdviceFacts): boolean {
  return (
    dependencies.length <= FEW &&
    dependencies.every((item) => !(item.name in SERVICE_CLIENTS) && needsNative(item, server.runtime) === undefined)
  );
}

function stdio({ server }: AdviceFacts): Finding[] {
  if (server.transport !== Transport.Stdio) return [];
  const because = "it speaks stdio, and clients such as Claude Desktop start such servers as local processes";
  return [{ because, evidence: `${server.entryPoint.value}: stdio` }];
}

function development({ context }: AdviceFacts): Finding[] {
  if (context.stage !== "development") return [];
  return [
    { because: "in development a process restarts faster and is easier to debug", evidence: "stage: development" },
  ];
}
