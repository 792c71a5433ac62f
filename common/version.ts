/** Version of this package. Through its own name, since the compiled files lie elsewhere than the sources. */
export const VERSION: string = require("pulumi-mcp-deploy/package.json").version;
