/**
 * Memory as a part of the limit, by instance: that of its container, with all processes in it, where the container is known;
 * else that of the server's own process.
 * @param series matchers of the servers' series
 * @param limit series of the servers' limits, as the rules have recorded them
 */
export const memoryRatio = (series: string, limit: string): string =>
  `(mcp_container_memory_working_set_bytes{${series}} / mcp_container_memory_limit_bytes{${series}} ` +
  `or process_resident_memory_bytes{${series}} / on (server) group_left () ${limit})`;

/** Memory by instance, of the same. */
export const memoryUsed = (series: string): string =>
  `mcp_container_memory_working_set_bytes{${series}} or process_resident_memory_bytes{${series}}`;

/** The limit: that which holds for the container, else that which was set. */
export const memoryLimit = (series: string, limit: string): string =>
  `max(mcp_container_memory_limit_bytes{${series}}) or max(${limit})`;
