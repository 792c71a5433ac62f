import { type Checked, type Context, type Diff, type DiffContext, PartialError, type ResourceType } from "../resource";
import { containsUnknown, type Properties, plainProperties, textOf } from "../values";
import { isAlreadyExists, isForbidden, isNotFound, isWithoutDryRun, NoMatchError } from "./apiError";
import { assertReady, awaitGone, awaitReady, NotReadyError } from "./await";
import { fromState, toState, withSecrets } from "./checkpoint";
import type { Cluster } from "./cluster";
import { compare } from "./diff";
import { isBuiltIn, type Kind } from "./kind";
import { labelled } from "./managedBy";
import { CREATOR } from "./managedFields";
import { autonamed, suffix } from "./naming";
import { normalizeInputs } from "./normalize";
import { annotationOf, idOf, metadataOf, nameOf, namespaceOf, parseId, withMetadata } from "./object";
import { pruneObject } from "./prune";
import { settingsOf } from "./settings";
import { create, creationFailure, NamespaceMissingError, update } from "./write";

/** Any kind of object of the Kubernetes API. */
export class KubernetesResource implements ResourceType {
  constructor(
    private readonly kind: Kind,
    private readonly clusterOf: (config: Record<string, string>) => Promise<Cluster>,
  ) {}

  async check(context: Context, olds: Properties, news: Properties): Promise<Checked> {
    if (isBuiltIn(this.kind) && /(List|Patch)$/.test(this.kind.kind)) {
      throw new Error(
        "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. Use " +
          "the underlying resource type instead (patch resources are not part of the test provider)",
      );
    }
    const cluster = await this.clusterOf(context.config);
    if (cluster.unreachable && cluster.settings.skipUpdateUnreachable) return { inputs: olds, failures: [] };
    let inputs = normalizeInputs(plainProperties(news));
    inputs = autonamed(inputs, plainProperties(olds), context.name, context.seed);
    inputs = labelled(inputs, plainProperties(olds), cluster.settings);
    if (textOf(metadataOf(inputs).generateName) !== "" && nameOf(inputs) === "") {
      throw new Error(
        "the `.metadata.generateName` field is not supported in Server-Side Apply mode, nor in this provider",
      );
    }
    if (cluster.namespace !== "" && namespaceOf(inputs) === "" && (await cluster.isNamespaced(this.kind))) {
      inputs = withMetadata(inputs, { namespace: cluster.namespace });
    }
    return { inputs: withSecrets(inputs, news), failures: [] };
  }

  diff(olds: Properties, news: Properties, context?: DiffContext): Diff {
    return compare(fromState(olds), plainProperties(news), settingsOf(context?.config ?? {}), context);
  }

  async create(context: Context, news: Properties): Promise<{ id: string; outputs: Properties }> {
    const cluster = await this.clusterOf(context.config);
    const inputs = plainProperties(news);
    const { preview, urn, signal } = context;
    const asGiven = { id: "", outputs: news };
    if (!preview) assertReachable(cluster);
    else if (!cluster.settings.enableServerSideApply) return asGiven;
    else if (containsUnknown(inputs) || !(await cluster.serves(this.kind))) return asGiven;
    const fieldManager = managerOf(cluster, inputs);
    const stateOf = (live: Properties) => toState({ inputs, live, fieldManager }, news);
    let written: Properties;
    try {
      written = await create(cluster, inputs, { preview, fieldManager, signal });
    } catch (error) {
      // What can't be tried out is shown as it was given, even an object that exists already.
      const isUntried = isForbidden(error) || isAlreadyExists(error) || isWithoutDryRun(error);
      if (preview && (isUntried || error instanceof NamespaceMissingError)) return asGiven;
      throw creationFailure(urn, this.kind.apiVersion, this.kind.kind, error);
    }
    if (preview) {
      const { status: _, ...planned } = written;
      return { id: "", outputs: stateOf(planned) };
    }
    try {
      const live = await awaitReady(context, cluster, inputs, written, false);
      return { id: idOf(live), outputs: stateOf(live) };
    } catch (error) {
      const { message, problems, live } = asNotReady(error, written);
      throw new PartialError(
        `resource "${urn}" was successfully created, but the Kubernetes API server reported that it failed to fully ` +
          `initialize or become live: ${message}`,
        idOf(live),
        stateOf(live),
        problems,
      );
    }
  }

  async read(context: Context, id: string, state: Properties, inputs: Properties) {
    const cluster = await this.clusterOf(context.config);
    if (cluster.unreachable) return readUnreachable(context, cluster, { id, outputs: state, inputs });
    const isKnown = Object.keys(inputs).length > 0;
    const given = normalizeInputs(plainProperties(inputs));
    const { namespace, name } = parseId(id);
    const wanted = { ...this.kind, metadata: { name, ...(namespace !== "" && { namespace }) } };
    const live = await cluster.get(wanted).catch(unlessGone);
    if (!live) return undefined;
    const fieldManager = managerOf(cluster, given, fromState(state).fieldManager);
    const found = isKnown ? pruneObject(live, given) : imported(live);
    const read = {
      id,
      outputs: toState({ inputs: found, live, fieldManager }, inputs),
      inputs: withSecrets(found, inputs),
    };
    if (!isKnown) return read;
    try {
      await assertReady(cluster, given, live);
      return read;
    } catch (error) {
      const { message, problems } = asNotReady(error, live);
      throw new PartialError(message, id, read.outputs, problems, read.inputs);
    }
  }

  async update(context: Context, _id: string, olds: Properties, news: Properties): Promise<Properties> {
    const cluster = await this.clusterOf(context.config);
    const inputs = normalizeInputs(plainProperties(news));
    const { preview, urn, signal } = context;
    if (!preview) assertReachable(cluster);
    else if (containsUnknown(inputs) || !(await cluster.serves(this.kind))) return news;
    const known = fromState(olds);
    const before = known.live;
    const fieldManager = managerOf(cluster, inputs, known.fieldManager);
    const stateOf = (live: Properties) => toState({ inputs, live, fieldManager }, news);
    let seen: Properties | undefined;
    try {
      seen = await update(cluster, inputs, known, { preview, fieldManager, signal });
      return stateOf(preview ? seen : await awaitReady(context, cluster, inputs, seen, true));
    } catch (error) {
      if (preview && isForbidden(error)) return news;
      const { message, problems } = asNotReady(error, before);
      const live =
        error instanceof NotReadyError ? error.live : await cluster.get(before).catch((missing: Error) => missing);
      if (live instanceof Error) {
        throw new Error(`update of resource "${urn}" failed: ${message}\nunable to get cluster state: ${live.message}`);
      }
      const why = `the Kubernetes API server reported that "${idOf(live)}" failed to fully initialize or become live`;
      throw new PartialError(`${why}: ${message}`, idOf(live), stateOf(live), problems);
    }
  }

  async delete(context: Context, _id: string, state: Properties): Promise<void> {
    const cluster = await this.clusterOf(context.config);
    if (cluster.unreachable) return deleteUnreachable(context, cluster);
    const { inputs, live } = fromState(state);
    const policy = annotationOf(inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase();
    const propagationPolicy = { orphan: "Orphan", background: "Background" }[policy] ?? "Foreground";
    const gone = await cluster
      .pathOf(live)
      .then((path) => cluster.send({ method: "DELETE", path, body: { propagationPolicy } }))
      .catch(unlessGone);
    if (gone) await awaitGone(context, cluster, inputs, live);
  }
}

/** Under which name an object's fields are owned: one of its own for server-side apply. */
function managerOf({ settings }: Cluster, inputs: Properties, known = ""): string {
  if (!settings.enableServerSideApply) return CREATOR;
  return annotationOf(inputs, "pulumi.com/patchFieldManager") || known || `${CREATOR}-${suffix(new Uint8Array())}`;
}

function unlessGone(error: unknown): undefined {
  if (isNotFound(error) || error instanceof NoMatchError) return undefined;
  throw error;
}

function asNotReady(error: unknown, live: Properties): { message: string; problems: string[]; live: Properties } {
  return error instanceof NotReadyError ? error : { message: (error as Error).message, problems: [], live };
}

/** Inputs for an object that was not made by the program: all of it that is not the cluster's own. */
function imported(live: Properties): Properties {
  const { status: _, ...rest } = live;
  return normalizeInputs(rest);
}

function assertReachable(cluster: Cluster): void {
  if (cluster.unreachable) throw new Error(`configured Kubernetes cluster is unreachable: ${cluster.unreachable}`);
}

const HOW_TO_FORGET =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

function readUnreachable<T>(context: Context, { settings, unreachable }: Cluster, known: T): T | undefined {
  context.log("warning", `configured Kubernetes cluster is unreachable: ${unreachable}`);
  if (settings.deleteUnreachable) return undefined;
  if (settings.skipUpdateUnreachable) return known;
  throw new Error(`failed to read resource state due to unreachable cluster. ${HOW_TO_FORGET}`);
}

function deleteUnreachable(context: Context, { settings, unreachable }: Cluster): void {
  context.log("warning", `configured Kubernetes cluster is unreachable: ${unreachable}`);
  if (!settings.deleteUnreachable) throw new Error(`configured Kubernetes cluster is unreachable. ${HOW_TO_FORGET}`);
}
