/** Answers to health checks where the server itself has none. */

const ANSWERS = {
  // Liveness. Never says anything of what the server depends on: a restart would not mend that.
  "/healthz": () => [200, { status: "alive" }],
  "/readyz": (isDraining) => (isDraining ? [503, { status: "shutting down" }] : [200, { status: "ready" }]),
};

export const isProbe = (method, path) => Object.hasOwn(ANSWERS, path) && (method === "GET" || method === "HEAD");

/**
 * Lets the server answer, unless its answer is 404: that is replaced. It is decided when the answer's status is about
 * to be sent, which every framework does by one of these four methods. Nothing is held back.
 */
export function answerProbe(path, response, isDraining) {
  const { writeHead, flushHeaders, write, end } = response;
  let isDecided = false;
  let isReplaced = false;

  const decide = (status) => {
    if (isDecided) return isReplaced;
    isDecided = true;
    isReplaced = status === 404;
    if (!isReplaced) return false;
    const [instead, body] = ANSWERS[path](isDraining);
    const text = JSON.stringify(body);
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    writeHead.call(response, instead, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    });
    end.call(response, text); // Node itself leaves out the body of an answer to HEAD.
    return true;
  };
  response.writeHead = function (status, ...rest) {
    return decide(status) ? this : writeHead.call(this, status, ...rest);
  };
  response.flushHeaders = function () {
    if (!decide(this.statusCode)) flushHeaders.call(this);
  };
  response.write = function (...args) {
    return decide(this.statusCode) ? called(args, true) : write.apply(this, args);
  };
  response.end = function (...args) {
    return decide(this.statusCode) ? called(args, this) : end.apply(this, args);
  };
}

/** Calls the callback that may be the last argument, as the method would have done. */
function called(args, result) {
  const callback = args.at(-1);
  if (typeof callback === "function") process.nextTick(callback);
  return result;
}
