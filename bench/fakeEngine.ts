import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { GetRootResourceResponse, type LogRequest, SetRootResourceResponse } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
  type RegisterResourceRequest,
  RegisterResourceResponse,
  SupportsFeatureResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

const STACK_TYPE = "pulumi:pulumi:Stack";
/** Severity from which the program's messages are errors. Source: engine.proto. */
const ERROR = 3;

/**
 * The engine's side of a preview, as far as a program sees it: every registration is answered at once. What is left is
 * the program's own time.
 */
export class FakeEngine {
  /** When the program registered its first resource of its own, on the clock of `performance.now`. */
  firstResource: number | undefined;
  /** How many resources it registered, the stack not counted. */
  resources = 0;
  /** Errors that the program reported. */
  readonly errors: string[] = [];
  private readonly server = new grpc.Server();
  private root = "";

  /** Starts listening and returns the address for the program. */
  start(): Promise<string> {
    this.server.addService(ResourceMonitorService as unknown as grpc.ServiceDefinition, {
      supportsFeature: answer(() => new SupportsFeatureResponse().setHassupport(true)),
      registerResource: answer((request: RegisterResourceRequest) => this.register(request)),
      registerResourceOutputs: answer(() => new Empty()),
      signalAndWaitForShutdown: answer(() => new Empty()),
    });
    this.server.addService(EngineService as unknown as grpc.ServiceDefinition, {
      log: answer((request: LogRequest) => {
        if (request.getSeverity() >= ERROR) this.errors.push(request.getMessage());
        return new Empty();
      }),
      getRootResource: answer(() => new GetRootResourceResponse().setUrn(this.root)),
      setRootResource: answer(() => new SetRootResourceResponse()),
      requirePulumiVersion: answer(() => new Empty()),
    });
    return new Promise((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) reject(error);
        else resolve(`127.0.0.1:${port}`);
      });
    });
  }

  stop(): void {
    this.server.forceShutdown();
  }

  private register(request: RegisterResourceRequest): RegisterResourceResponse {
    const type = request.getType();
    const urn = `urn:pulumi:bench::bench::${type}::${request.getName()}`;
    if (type === STACK_TYPE) {
      this.root = urn;
    } else {
      this.firstResource ??= performance.now();
      this.resources++;
    }
    return new RegisterResourceResponse().setUrn(urn).setObject(request.getObject());
  }
}

function answer<Request, Response>(handle: (request: Request) => Response): grpc.handleUnaryCall<Request, Response> {
  return (call, done) => done(null, handle(call.request));
}
