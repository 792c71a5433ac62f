import { attachProviders } from "./attach";

/**
 * Serves the test providers to an engine outside of the tests, until it is ended: prints `NAME=value` lines for its
 * environment. The first argument is the program's folder.
 */
async function main(): Promise<void> {
  const { env, stop } = await attachProviders(process.argv[2] ?? process.cwd());
  for (const [name, value] of Object.entries(env)) if (name !== "PATH") console.log(`${name}=${value}`);
  process.once("SIGTERM", stop).once("SIGINT", stop);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
