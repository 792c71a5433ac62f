/** A request that sets something up in a service; doing it again changes nothing. */
export interface SetupStep {
  method: "POST" | "PUT";
  /** Path and query on the service. */
  path: string;
  body: object;
  /** Path of what the step makes: where that is there already, it stays as it is. */
  unless?: string;
}
