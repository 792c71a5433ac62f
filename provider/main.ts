/** The plugin's process: the engine starts it, reads the port that it prints, and ends it. */
import { main } from "@pulumi/pulumi/provider";
import { resetOptions } from "@pulumi/pulumi/runtime/settings";
import { beThePlugin } from "../common/plugin";
import { cancel } from "./cancellation";
import { answerPreviews } from "./previews";
import { knownBefore, provider } from "./provider";

const args = process.argv.slice(2);
// What the provider logs goes to the engine that started it; what it prints would be shown as noise.
resetOptions("", "", -1, args.find((argument) => !argument.startsWith("-")) ?? "", "", false, "");
if (!process.env.PULUMI_MCP_DEBUG) showNoStacks();

beThePlugin();
endWithEngine();
answerPreviews(knownBefore);
void main(provider, args);

/**
 * The SDK prints the stack of every error that it also returns, which the engine shows line by line beside the error, and
 * logs that of an error that nobody catches.
 */
function showNoStacks(): void {
  console.error = () => {};
  const shorten = (error: unknown) => {
    if (error instanceof Error) error.stack = error.message;
  };
  process.on("uncaughtException", shorten).on("unhandledRejection", shorten);
}

/** A killed engine ends no plugin. What the provider has begun, such as an installation, would go on without anybody. */
function endWithEngine(): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    cancel();
    // Time to stop what was just being started, and to go back to what ran before.
    setTimeout(() => process.exit(1), 5_000);
  }, 500);
  watch.unref();
}
