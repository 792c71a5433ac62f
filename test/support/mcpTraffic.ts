import { setTimeout as sleep } from "node:timers/promises";
import { call, connect } from "./exampleServer";

/** Calls tools of an example server for a while: most succeed, some don't. */
export async function traffic(url: string, seconds: number, pauseMs = 50): Promise<void> {
  const client = await connect(url, "modern");
  const legacy = await connect(url, "legacy");
  const end = Date.now() + seconds * 1000;
  for (let count = 0; Date.now() < end; count++) {
    await call(client, "greet", { name: "Ada" });
    if (count % 2 === 0) await call(legacy, "containerized_tool", { param: "x" });
    if (count % 5 === 0) await call(client, "health_check");
    if (count % 8 === 0) await client.listTools();
    if (count % 10 === 0) await call(client, "greet", { name: 1 });
    if (count % 20 === 0) await client.callTool({ name: "no_such_tool", arguments: {} }).catch(() => undefined);
    await sleep(pauseMs);
  }
  await client.close();
  await legacy.close();
}
