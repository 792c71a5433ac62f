/**
 * The parts of the Pulumi SDK that the components use. The SDK's own index also loads the Automation API and npm's
 * dependency resolver, half a second of every preview that nothing here needs.
 */
export * as log from "@pulumi/pulumi/log";
export { getProject, getStack } from "@pulumi/pulumi/metadata";
export * from "@pulumi/pulumi/output";
export * from "@pulumi/pulumi/resource";
export { allConfig } from "@pulumi/pulumi/runtime/config";
export { getEngine, isDryRun } from "@pulumi/pulumi/runtime/settings";
