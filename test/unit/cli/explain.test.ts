import assert from "node:assert/strict";
import { explained } from "../../../cli/explain";

describe("what to do about an error", () => {
  const fixOf = (message: string) => explained(message).slice(message.length);

  it("is added to errors that do not say it, with the name that they give", () => {
    const conflict = 'Conflict. The container name "/mcp-dev-redis" is already in use by container "1a2b".';
    assert.match(fixOf(conflict), /^\n {2}fix: .*: docker rm --force mcp-dev-redis$/);
    assert.match(
      fixOf("network mcp-dev is ambiguous (2 matches found on name)"),
      /docker network ls --filter name=mcp-dev,/,
    );
    assert.match(fixOf("failed to connect to any docker daemon"), /^\n {2}fix: start Docker;/);
    assert.match(fixOf("incorrect passphrase"), /^\n {2}fix: set PULUMI_CONFIG_PASSPHRASE /);
  });

  it("is not added to any other", () => {
    assert.equal(
      explained("quick-ready: it ended while starting: unauthorized"),
      "quick-ready: it ended while starting: unauthorized",
    );
  });
});
