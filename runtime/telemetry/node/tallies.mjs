/**
 * What has been counted, in plain numbers, from which the library makes its metrics when somebody asks for them. Its own
 * counters and histograms make a key of the labels each time, which was a third of what a request cost.
 */

// The OpenTelemetry convention's buckets for MCP servers, with finer ones below: most tools answer within 10 ms.
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

export class Tallies {
  /** By method and endpoint, both of which are capped. */
  #methods = new Map();
  #errorTypes = new Map();

  /** Counts a request that has ended. */
  count(method, endpoint, seconds, errorType) {
    const series = this.#seriesOf(method, endpoint);
    series.requests += 1;
    series.seconds += seconds;
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]) bucket += 1;
    series.buckets[bucket] += 1;
    if (errorType === undefined) return;
    series.errors += 1;
    this.#errorTypes.set(errorType, (this.#errorTypes.get(errorType) ?? 0) + 1);
  }

  /** The metrics, as a registry of the library takes them. */
  metrics() {
    const all = () => [...this.#methods.values()].flatMap((endpoints) => [...endpoints.values()]);
    const byType = () => [...this.#errorTypes].map(([error_type, value]) => ({ labels: { error_type }, value }));
    const duration = "mcp_request_duration_seconds";
    return [
      metric("mcp_requests_total", "counter", "MCP requests.", () =>
        all().map(({ labels, requests }) => ({ labels, value: requests })),
      ),
      metric("mcp_request_errors_total", "counter", "MCP requests that failed.", () =>
        all().map(({ labels, errors }) => ({ labels, value: errors })),
      ),
      metric("mcp_request_errors_by_type_total", "counter", "MCP requests that failed, by the kind of error.", byType),
      metric(duration, "histogram", "Duration of MCP requests in seconds.", () =>
        all().flatMap((series) => histogram(duration, series)),
      ),
    ];
  }

  #seriesOf(method, endpoint) {
    let endpoints = this.#methods.get(method);
    if (endpoints === undefined) {
      endpoints = new Map();
      this.#methods.set(method, endpoints);
    }
    let series = endpoints.get(endpoint);
    if (series === undefined) {
      // Errors as well, although nothing has failed yet: a series that begins at 0 lets rate() see the first failure.
      const buckets = new Array(BUCKETS.length + 1).fill(0);
      series = { labels: { method, endpoint }, requests: 0, errors: 0, seconds: 0, buckets };
      endpoints.set(endpoint, series);
    }
    return series;
  }
}

const metric = (name, type, help, values) => ({
  name,
  type,
  help,
  get: () => ({ name, type, help, values: values() }),
});

/** The values of one series of a histogram: those of the buckets hold all that is below, too. */
function histogram(name, { labels, requests, seconds, buckets }) {
  let sum = 0;
  const cumulated = [...BUCKETS, "+Inf"].map((le, index) => {
    sum += buckets[index];
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: sum };
  });
  return [
    ...cumulated,
    { metricName: `${name}_sum`, labels, value: seconds },
    { metricName: `${name}_count`, labels, value: requests },
  ];
}
