import { appendFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { cleanUp, docker, needDocker, PREFIX } from "./docker";
import { type Comparison, compare } from "./measure";
import type { Benchmark, Settings } from "./settings";
import { example, Workspace } from "./workspace";
import { writeImage } from "./writtenImage";

const GOAL = 0.1;

/** A cold build takes long, and varies little. */
const RUNS = 3;

const EDITED = { "python-server": ["server.py", "\n# edit "], "node-server": ["index.js", "\n// edit "] } as const;

/** Building an image again after an edit of the source, against building it without any cached layer. */
export const rebuild: Benchmark = {
  name: "rebuild",
  summary: "building an image after an edit of the source against a cold build",
  async run({ progress }: Settings): Promise<Comparison[]> {
    needDocker();
    const workspace = new Workspace();
    try {
      const found: Comparison[] = [];
      for (const [server, [file, comment]] of Object.entries(EDITED)) {
        const source = join(workspace.folder, server);
        cpSync(example(server), source, { recursive: true });
        let edits = 0;
        const timed = (...options: string[]) => {
          const { context, dockerfile } = writeImage(server, source, join(workspace.folder, `${server}-image`));
          const started = performance.now();
          docker("build", "--quiet", "--tag", `${PREFIX}/${server}`, "--file", dockerfile, ...options, context);
          return performance.now() - started;
        };
        timed(); // The downloads of packages are in the caches of the steps, for both sides.
        const edited = async () => {
          appendFileSync(join(source, file), `${comment}${edits++}`);
          return timed();
        };
        found.push(
          await compare(
            { name: "after an edit", run: edited },
            { name: "no layer cached", run: async () => timed("--no-cache") },
            {
              title: `rebuild, ${server}`,
              runs: RUNS,
              warmUp: false,
              goal: GOAL,
              notes: [
                "downloaded packages are cached on both sides, which makes the cold build faster than a first one",
              ],
              progress,
            },
          ),
        );
      }
      return found;
    } finally {
      cleanUp();
      workspace.remove();
    }
  },
};
