/** The plugin's process: the engine starts it, reads the port that it prints, and ends it. */
import { main } from "@pulumi/pulumi/provider";
import { resetOptions } from "@pulumi/pulumi/runtime/settings";
import { answerPreviews } from "./previews";
import { knownBefore, provider } from "./provider";

const args = process.argv.slice(2);
// What the provider logs goes to the engine that started it; what it prints would be shown as noise.
resetOptions("", "", -1, args.find((argument) => !argument.startsWith("-")) ?? "", "", false, "");
// The SDK prints the stack of every error that it also returns, which the engine shows line by line beside the error.
if (!process.env.PULUMI_MCP_DEBUG) console.error = () => {};

endWithEngine();
answerPreviews(knownBefore);
void main(provider, args);

/** A killed engine ends no plugin. What the provider has begun, such as an installation, would go on without anybody. */
function endWithEngine(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 500).unref();
}
