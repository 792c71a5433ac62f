const QUIET_MS = 15_000; // After that a stream gets a comment, so that no proxy takes it for dead.

/** An answer to a client: JSON when the response comes alone, a stream of events when something comes before it. */
export class Exchange {
  isDone = false;
  lastEvent = Date.now();

  constructor(response, headers = {}) {
    this.response = response;
    this.headers = headers;
  }

  startStream() {
    this.lastEvent = Date.now();
    if (this.response.headersSent) return;
    const headers = { "content-type": "text/event-stream", "cache-control": "no-cache", "x-accel-buffering": "no" };
    this.response.writeHead(200, { ...headers, ...this.headers }).flushHeaders();
  }

  event(message) {
    this.startStream();
    this.response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  finish(message, status = 200) {
    this.isDone = true;
    if (!this.response.headersSent) return sendJson(this.response, status, message, this.headers);
    this.event(message);
    this.response.end();
  }

  keepAlive() {
    if (Date.now() - this.lastEvent < QUIET_MS) return;
    this.startStream();
    this.response.write(": keep-alive\n\n");
  }
}

export function sendJson(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
