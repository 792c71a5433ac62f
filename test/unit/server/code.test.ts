import * as assert from "node:assert/strict";
import { callArguments, keyword, literalOf, readCode } from "../../../components/server/code";

describe("readCode", () => {
  it("drops Python comments and turns every kind of string into a number", () => {
    const code = readCode(`x = 'a'  # mcp.run()\ny = f"b{x}" + r'''c\n# no comment'''\n`, "python");
    assert.equal(code.text, 'x = "0"   \ny = "1" + "2"\n');
    assert.deepEqual(code.strings, ["a", "b{x}", "c\n# no comment"]);
  });

  it("keeps a name that ends like a string prefix", () => {
    assert.equal(readCode('buf"x"', "python").text, 'buf"0"');
  });

  it("ends an unclosed string with its line", () => {
    assert.equal(readCode('a = "open\nb = 1\n', "python").text, 'a = "0"\nb = 1\n');
  });

  it("drops JavaScript comments, and sees none in strings, templates and regular expressions", () => {
    const substitution = "$" + "{e(`}`)}";
    const source = `a('//x'); /* b( */ c(\`d ${substitution} // f\`); g(/[/'"]/); h = 4 / 2; // i\n`;
    const code = readCode(source, "javascript");
    assert.equal(code.text, 'a("0");   c("1"); g("2"); h = 4 / 2;  \n');
    assert.deepEqual(code.strings, ["//x", `d ${substitution} // f`, ""]);
  });

  it("reads 256 KiB in well under a second", () => {
    const source = 'x = f"a"  # b\n'.repeat(20_000);
    const start = performance.now();
    assert.equal(readCode(source, "python").strings.length, 20_000);
    assert.ok(performance.now() - start < 1000);
  });
});

describe("callArguments", () => {
  it("splits at the commas of the call itself", () => {
    const { text } = readCode('run(a, b=[1, 2], c={"x": (1, 2)}, d="1,2") + f(3)', "python");
    assert.deepEqual(callArguments(text, 3), ["a", "b=[1, 2]", 'c={"0": (1, 2)}', 'd="1"']);
  });

  it("finds a keyword, and no comparison", () => {
    const code = readCode('f(a == 1, transport = "http")', "python");
    const args = callArguments(code.text, 1);
    assert.equal(literalOf(code, keyword(args, "transport")), "http");
    assert.equal(keyword(args, "a"), undefined);
  });
});
