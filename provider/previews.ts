import { createRequire } from "node:module";
import type { Server } from "@grpc/grpc-js";
import {
  type ConfigureResponse,
  type CreateRequest,
  CreateResponse,
  type UpdateRequest,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";

type Values = Record<string, unknown>;
type Handler<Q, A> = (call: { request: Q }, answer: (error: unknown, response?: A) => void) => unknown;

/** The handlers of the SDK's server that previews concern. */
interface Handlers {
  configure: Handler<unknown, ConfigureResponse>;
  create: Handler<CreateRequest, CreateResponse>;
  update: Handler<UpdateRequest, UpdateResponse>;
}

/**
 * Lets updates say in a preview which outputs they know already: to an engine that is not told, every output of a resource
 * that is to be updated is unknown, and so are the stack outputs that it is part of, which are then printed as a whole.
 *
 * The SDK's server has no previews of its own, nor a way to add to it, so that its handlers are changed where they are
 * handed to gRPC. An SDK in which they are not found goes without. Source: class Server in sdk/nodejs/provider/server.ts
 * of pulumi/pulumi.
 *
 * @param known outputs of an update, of the resource with this URN, that are known before it
 */
export function answerPreviews(known: (urn: string, olds: Values, news: Values) => Promise<Values>): void {
  const fromSdk = createRequire(require.resolve("@pulumi/pulumi/provider"));
  const { prototype } = (fromSdk("@grpc/grpc-js") as { Server: typeof Server }).Server;
  const { addService } = prototype;
  prototype.addService = function (service, handlers) {
    const { configure, create, update } = handlers as unknown as Handlers;
    const changed: Handlers = {
      configure: (call, answer) =>
        configure.call(handlers, call, (error, response) => {
          response?.setSupportspreview(true);
          answer(error, response);
        }),
      create(call, answer) {
        if (!call.request.getPreview()) return create.call(handlers, call, answer);
        const response = new CreateResponse();
        response.setProperties(call.request.getProperties());
        answer(null, response);
      },
      async update(call, answer) {
        const { request } = call;
        const [olds, news] = [request.getOlds(), request.getNews()];
        if (!request.getPreview() || !olds || !news) return update.call(handlers, call, answer);
        const [before, after] = [olds.toJavaScript(), news.toJavaScript()];
        const { fromJavaScript } = news.constructor as unknown as { fromJavaScript(values: Values): typeof news };
        const response = new UpdateResponse();
        try {
          response.setProperties(fromJavaScript({ ...after, ...(await known(request.getUrn(), before, after)) }));
          answer(null, response);
        } catch (error) {
          answer(error);
        }
      },
    };
    return addService.call(this, service, Object.assign(handlers, changed));
  };
}
