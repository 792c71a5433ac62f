import { spawnSync } from "node:child_process";
import path from "node:path";
import { pushImage } from "./clusterImages";
import { docker } from "./docker";

const PROVISION = path.join(__dirname, "../environment/docker/images.sh");

/** Version of the Elastic stack that the test machine has. */
export const ELASTIC_VERSION = "8.17.0";

/** Images of the stack of logs, by the names of their recipes. */
const IMAGES = {
  elasticsearch: `docker.elastic.co/elasticsearch/elasticsearch:${ELASTIC_VERSION}`,
  logstash: `docker.elastic.co/logstash/logstash:${ELASTIC_VERSION}`,
  kibana: `docker.elastic.co/kibana/kibana:${ELASTIC_VERSION}`,
  collector: "otel/opentelemetry-collector-contrib:0.155.0",
};
type Recipe = keyof typeof IMAGES;

export const COLLECTOR_IMAGE = IMAGES.collector;

/** Gives the cluster images of the stack of logs, by the registry. Its paths there are those of their own registries. */
export async function publishLogImages(recipes: Recipe[]): Promise<void> {
  for (const recipe of recipes) {
    const image = IMAGES[recipe];
    await pushImage(image, image.replace(/^[^/]+\.[^/]+\//, ""));
  }
}

/** The first build of the collector takes minutes. */
const WAIT_MS = 25 * 60_000;

/**
 * Skips the tests where images of the stack of logs are missing. In CI they are made: what can't be had from a registry
 * is stood in for, see test/environment/docker/recipes.
 */
export async function needLogImages(
  test: Mocha.Context,
  recipes: Recipe[] = ["elasticsearch", "logstash", "kibana", "collector"],
): Promise<void> {
  test.timeout(WAIT_MS + 60_000);
  const there = await Promise.all(recipes.map((recipe) => has(IMAGES[recipe])));
  const wanted = recipes.filter((_, index) => !there[index]);
  if (wanted.length === 0) return;
  if (process.env.CI) {
    const { status, stderr } = spawnSync("bash", [PROVISION, ...wanted], { encoding: "utf8", timeout: WAIT_MS });
    if (status !== 0) throw new Error(stderr || `${PROVISION} failed`);
    return;
  }
  process.stderr.write(`    skipped: no image of ${wanted.join(", ")}; test/environment/docker/images.sh makes them\n`);
  test.skip();
}

const has = (image: string): Promise<boolean> =>
  docker()
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    );
