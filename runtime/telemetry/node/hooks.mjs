/** Finds the classes of the official SDK while a server loads them: any copy, of any build, by import or by require. */
import module from "node:module";
import { safely } from "./requests.mjs";
import { handingOver, isSdkFile, setReceiver, withHandover } from "./sdkFiles.mjs";
import { observe, rememberSource } from "./transports.mjs";

const HOOKED = Symbol("pulumi-mcp-deploy.telemetry");

/** Whether requests can be counted, and if not, why. */
export const sdk = {
  isHooked: false,
  problem: "the server loads no package of the official SDK: it is bundled into one file, or uses something else",
};

export function hookSdk() {
  setReceiver(receive);
  if (module.registerHooks)
    module.registerHooks({ load: (url, context, next) => handingOver(url, next(url, context)) });
  else hookOlderNode();
}

/** Node before 22.15: one way for ES modules, in a thread of their loader, and another for require. */
function hookOlderNode() {
  module.register("./loader.mjs", import.meta.url);
  const { _compile } = module.prototype;
  module.prototype._compile = function (source, file, ...rest) {
    return _compile.call(this, isSdkFile(file) ? withHandover(source) : source, file, ...rest);
  };
}

function receive({ Server, McpServer }) {
  try {
    if (Server) afterConnect(Server.prototype, observe);
    if (McpServer) afterConnect(McpServer.prototype, rememberSource);
    sdk.isHooked = true;
  } catch (error) {
    sdk.problem = `the SDK's classes are not as expected: ${error.message}`;
  }
}

/** Does something whenever `connect` has been called. Classes above stay as they are: a client may inherit from them, too. */
function afterConnect(prototype, action) {
  if (Object.hasOwn(prototype, HOOKED)) return;
  if (typeof prototype.connect !== "function") throw new Error("there is no connect()");
  const own = Object.hasOwn(prototype, "connect") ? prototype.connect : undefined;
  const parent = Object.getPrototypeOf(prototype);
  const connect = function (transport, ...rest) {
    const connected = (own ?? parent.connect).call(this, transport, ...rest);
    safely(action, this, transport, connected);
    return connected;
  };
  Object.defineProperty(prototype, "connect", { value: connect, writable: true, configurable: true });
  Object.defineProperty(prototype, HOOKED, { value: true });
}
