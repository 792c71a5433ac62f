import assert from "node:assert/strict";

/** A document of the logs, as far as tests look at it. */
export interface Line {
  message: string;
  request_id?: string;
  [field: string]: unknown;
}

/** Asks Elasticsearch: GET, or POST where there is a body. */
export type Ask = (path: string, body?: object) => Promise<{ status: number; body: unknown }>;

/** Documents that match, in the order in which their lines were written. */
export async function findLines(ask: Ask, query: object): Promise<Line[]> {
  const lines: Line[] = [];
  await ask("/mcp-logs-*/_refresh", {});
  const page = { size: 10_000, query, sort: [{ "@timestamp": "asc" }, { offset: "asc" }, { server: "asc" }] };
  for (let after: unknown; ; ) {
    const { body } = await ask("/mcp-logs-*/_search", { ...page, ...(after !== undefined && { search_after: after }) });
    assert.ok((body as { hits?: object }).hits, JSON.stringify(body));
    const { hits } = (body as { hits: { hits: { _source: Line; sort: unknown }[] } }).hits;
    lines.push(...hits.map(({ _source }) => _source));
    if (hits.length < page.size) return lines;
    after = hits.at(-1)?.sort;
  }
}

/** Every numbered line up to the last one has arrived, and none twice. */
export async function assertAllArrived(ask: Ask, last: number): Promise<void> {
  const lines = (await findLines(ask, { exists: { field: "request_id" } })).filter(({ message }) => message === "line");
  const numbers = lines.map(({ request_id }) => Number(request_id));
  assert.equal(new Set(numbers).size, last, "numbers that have arrived");
  assert.equal(numbers.length, last, "documents");
  assert.equal(Math.max(...numbers), last);
}
