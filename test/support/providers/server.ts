import * as grpc from "@grpc/grpc-js";
import * as engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engine from "@pulumi/pulumi/proto/engine_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as protoGrpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import * as status from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type ChangeKind, type Context, PartialError, type ResourceType, type TestProvider } from "./resource";
import { type Properties, sameValue } from "./values";

/** A provider that the engine can attach to. */
export interface RunningProvider {
  port: number;
  stop(): Promise<void>;
}

/** What a request says of the operation that it belongs to. */
type Operation = Required<Pick<Context, "preview" | "seed" | "timeoutSeconds">>;

type Call<Request> = grpc.ServerUnaryCall<Request, unknown>;
type Handler<Request, Response> = (call: Call<Request>) => Promise<Response>;

/** Serves a provider on a port of this machine. Relative paths in inputs start from `folder`. */
export async function serve(provider: TestProvider, folder: string): Promise<RunningProvider> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  const service = new Service(provider, folder);
  server.addService(protoGrpc.ResourceProviderService as unknown as grpc.ServiceDefinition, service.handlers());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    async stop() {
      service.close();
      server.forceShutdown();
    },
  };
}

class Service {
  private client: engineGrpc.EngineClient | undefined;
  private address = "";
  private readonly pendingLogs = new Set<Promise<void>>();
  /** Settings by connection: each provider resource of a program has one of its own to this process. */
  private readonly configs = new Map<string, Record<string, string>>();
  private interrupt = new AbortController();

  constructor(
    private readonly provider: TestProvider,
    private readonly folder: string,
  ) {}

  close(): void {
    this.client?.close();
  }

  handlers(): grpc.UntypedServiceImplementation {
    const handled = <Request, Response>(handler: Handler<Request, Response>) =>
      ((call: Call<Request>, reply: grpc.sendUnaryData<Response>) => {
        handler(call)
          .finally(() => Promise.all(this.pendingLogs))
          .then(
            (response) => reply(null, response),
            (error: unknown) => reply(serviceError(error)),
          );
      }) as grpc.UntypedHandleCall;
    const absent = handled(async () => {
      throw Object.assign(new Error("not part of the test provider"), { code: grpc.status.UNIMPLEMENTED });
    });
    const none = Object.fromEntries(Object.keys(protoGrpc.ResourceProviderService).map((name) => [name, absent]));
    return {
      ...none,
      handshake: handled(async ({ request }: Call<proto.ProviderHandshakeRequest>) => {
        this.attach(request.getEngineAddress());
        const response = new proto.ProviderHandshakeResponse();
        response.setAcceptSecrets(true);
        return response;
      }),
      attach: handled(async ({ request }: Call<plugin.PluginAttach>) => {
        this.attach(request.getAddress());
        return new Empty();
      }),
      getPluginInfo: handled(async () => new plugin.PluginInfo().setVersion(this.provider.version)),
      getSchema: handled(async () => new proto.GetSchemaResponse().setSchema("{}")),
      checkConfig: handled((call: Call<proto.CheckRequest>) => this.checkConfig(call)),
      diffConfig: handled((call: Call<proto.DiffRequest>) => this.diffConfig(call)),
      configure: handled((call: Call<proto.ConfigureRequest>) => this.configure(call)),
      cancel: handled(async () => {
        this.interrupt.abort();
        // The next operation has an engine of its own.
        this.interrupt = new AbortController();
        return new Empty();
      }),
      check: handled((call: Call<proto.CheckRequest>) => this.check(call)),
      diff: handled((call: Call<proto.DiffRequest>) => this.diff(call)),
      create: handled((call: Call<proto.CreateRequest>) => this.create(call)),
      read: handled((call: Call<proto.ReadRequest>) => this.read(call)),
      update: handled((call: Call<proto.UpdateRequest>) => this.update(call)),
      delete: handled((call: Call<proto.DeleteRequest>) => this.delete(call)),
    };
  }

  private attach(address: string): void {
    // Every operation has an engine of its own.
    if (address === this.address) return;
    this.client?.close();
    this.address = address;
    this.client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  }

  private async configure(call: Call<proto.ConfigureRequest>): Promise<proto.ConfigureResponse> {
    const config: Record<string, string> = {};
    call.request.getVariablesMap().forEach((value, key) => {
      config[key.split(":").at(-1) ?? key] = value;
    });
    await this.provider.configure?.(config);
    this.configs.set(call.getPeer(), config);
    const response = new proto.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }

  private async checkConfig({ request }: Call<proto.CheckRequest>): Promise<proto.CheckResponse> {
    const response = new proto.CheckResponse();
    response.setInputs(request.getNews());
    const failures = this.provider.checkConfig?.(request.getUrn(), read(request.getNews())) ?? [];
    response.setFailuresList(failures.map(({ path, reason }) => checkFailure(path, reason)));
    return response;
  }

  private async diffConfig({ request }: Call<proto.DiffRequest>): Promise<proto.DiffResponse> {
    const [olds, news] = [read(request.getOlds()), read(request.getNews())];
    const response = new proto.DiffResponse();
    if (!this.provider.replacesConfig) return response;
    const replaces = this.provider.replacesConfig(olds, news);
    const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
      (key) => !sameValue(olds[key], news[key]),
    );
    const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
    response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList(changed);
    response.setReplacesList(replaces);
    return response;
  }

  private context(
    call: Call<unknown>,
    urn: string,
    { preview = false, seed = new Uint8Array(), timeoutSeconds = 0 }: Partial<Operation> = {},
  ): Context {
    return {
      folder: this.folder,
      config: this.configs.get(call.getPeer()) ?? {},
      urn,
      name: urn.split("::").at(-1) ?? "",
      preview,
      seed,
      signal: this.interrupt.signal,
      ...(timeoutSeconds > 0 && { timeoutSeconds }),
      log: (severity, message, options) => this.log(urn, severity, message, options?.ephemeral ?? false),
    };
  }

  private log(urn: string, severity: "info" | "warning" | "error", message: string, ephemeral: boolean): void {
    const { client } = this;
    if (!client) return;
    const severities = { info: 1, warning: 2, error: 3 } as const;
    const request = new engine.LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    const sent = new Promise<void>((resolve) => {
      client.log(request, () => resolve());
    });
    this.pendingLogs.add(sent);
    sent.then(() => this.pendingLogs.delete(sent));
  }

  private type(urn: string): ResourceType {
    const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const type = this.provider.resources[token] ?? this.provider.otherResource?.(token);
    if (!type)
      throw new Error(
        `${token} is not part of the test provider; it has ${Object.keys(this.provider.resources).join(", ")}`,
      );
    return type;
  }

  private async check(call: Call<proto.CheckRequest>): Promise<proto.CheckResponse> {
    const { request } = call;
    const urn = request.getUrn();
    const context = this.context(call, urn, { seed: request.getRandomseed_asU8() });
    const checked = await this.type(urn).check(context, read(request.getOlds()), read(request.getNews()));
    const response = new proto.CheckResponse();
    response.setInputs(Struct.fromJavaScript(checked.inputs));
    response.setFailuresList(
      checked.failures.map(({ path, reason }) =>
        checkFailure("", `${reason.replace(/\.$/, "")}. Examine values at '${context.name}.${path}'.`),
      ),
    );
    return response;
  }

  private async diff(call: Call<proto.DiffRequest>): Promise<proto.DiffResponse> {
    const { request } = call;
    const { changes, replaces, deleteBeforeReplace } = this.type(request.getUrn()).diff(
      read(request.getOlds()),
      read(request.getNews()),
      {
        config: this.configs.get(call.getPeer()) ?? {},
        oldInputs: read(request.getOldInputs()),
        ignoreChanges: request.getIgnorechangesList(),
      },
    );
    const response = new proto.DiffResponse();
    const changed = Object.entries(changes);
    const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
    response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setReplacesList(replaces);
    response.setDeletebeforereplace(replaces.length > 0 && deleteBeforeReplace);
    response.setDiffsList(Object.keys(changes));
    response.setHasdetaileddiff(true);
    for (const [key, kind] of changed) {
      response.getDetaileddiffMap().set(key, new proto.PropertyDiff().setKind(diffKind(kind, replaces.includes(key))));
    }
    return response;
  }

  private async create(call: Call<proto.CreateRequest>): Promise<proto.CreateResponse> {
    const { request } = call;
    const urn = request.getUrn();
    const context = this.context(call, urn, { preview: request.getPreview(), timeoutSeconds: request.getTimeout() });
    const { id, outputs } = await this.type(urn).create(context, read(request.getProperties()));
    const response = new proto.CreateResponse();
    response.setId(id);
    response.setProperties(Struct.fromJavaScript(outputs));
    return response;
  }

  private async read(call: Call<proto.ReadRequest>): Promise<proto.ReadResponse> {
    const { request } = call;
    const urn = request.getUrn();
    const state = read(request.getProperties());
    const inputs = read(request.getInputs());
    const found = await this.type(urn).read(this.context(call, urn), request.getId(), state, inputs);
    const response = new proto.ReadResponse();
    if (!found) return response;
    response.setId(found.id);
    response.setProperties(Struct.fromJavaScript(found.outputs));
    response.setInputs(Struct.fromJavaScript(found.inputs));
    return response;
  }

  private async update(call: Call<proto.UpdateRequest>): Promise<proto.UpdateResponse> {
    const { request } = call;
    const urn = request.getUrn();
    const context = this.context(call, urn, { preview: request.getPreview(), timeoutSeconds: request.getTimeout() });
    const [olds, news] = [read(request.getOlds()), read(request.getNews())];
    const outputs = await this.type(urn).update(context, request.getId(), olds, news);
    const response = new proto.UpdateResponse();
    response.setProperties(Struct.fromJavaScript(outputs));
    return response;
  }

  private async delete(call: Call<proto.DeleteRequest>): Promise<Empty> {
    const { request } = call;
    const urn = request.getUrn();
    const context = this.context(call, urn, { timeoutSeconds: request.getTimeout() });
    await this.type(urn).delete(context, request.getId(), read(request.getProperties()));
    return new Empty();
  }
}

function read(struct: Struct | undefined): Properties {
  // The protocol's structs hold JSON values, no others.
  return (struct?.toJavaScript() ?? {}) as Properties;
}

function checkFailure(property: string, reason: string): proto.CheckFailure {
  const failure = new proto.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

function diffKind(kind: ChangeKind, replace: boolean): proto.PropertyDiff.Kind {
  const { Kind } = proto.PropertyDiff;
  if (kind === "add") return replace ? Kind.ADD_REPLACE : Kind.ADD;
  if (kind === "delete") return replace ? Kind.DELETE_REPLACE : Kind.DELETE;
  return replace ? Kind.UPDATE_REPLACE : Kind.UPDATE;
}

/** An error in the form that the engine reads; that of a half-made resource carries its id and outputs. */
function serviceError(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  const given = error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;
  if (!(error instanceof PartialError)) return { code: given ?? grpc.status.UNKNOWN, details: message };
  const detail = new proto.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(Struct.fromJavaScript(error.outputs));
  if (error.inputs) detail.setInputs(Struct.fromJavaScript(error.inputs));
  detail.setReasonsList([message, ...error.details]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const full = new status.Status();
  full.setCode(grpc.status.UNKNOWN);
  full.setMessage(message);
  full.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(full.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
