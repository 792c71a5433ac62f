import assert from "node:assert/strict";
import { retentionBytes, validateRetentionSize, volumeProblems } from "../../../components/services/retention";

describe("the size of what Prometheus keeps", () => {
  it("is read as Prometheus reads it: in powers of 1024, whatever the unit is called", () => {
    assert.equal(retentionBytes("512B"), 512);
    assert.equal(retentionBytes("1KB"), 1024);
    assert.equal(retentionBytes("2GB"), 2 * 1024 ** 3);
    assert.equal(retentionBytes("2GiB"), 2 * 1024 ** 3);
    assert.equal(retentionBytes("1.5TB"), 1.5 * 1024 ** 4);
    for (const size of ["", "2", "2G", "2Gi", "GB", "-1GB", "2gb", "2 GB"])
      assert.equal(retentionBytes(size), undefined, size);
  });

  it("is mended where it is clear what was meant", () => {
    const fixOf = (size: string) => validateRetentionSize(size, "retentionSize")[0]?.fix;
    assert.equal(fixOf("2Gi"), 'write "2GB"');
    assert.equal(fixOf("500 mb"), 'write "500MB"');
    assert.equal(fixOf("much"), undefined);
    assert.deepEqual(validateRetentionSize("2GB", "retentionSize"), []);
  });

  it("leaves 15% of its volume free", () => {
    assert.deepEqual(volumeProblems("850MB", "1000Mi", "p"), []);
    assert.deepEqual(volumeProblems("851MB", "1000Mi", "p"), [
      {
        path: "p.volumeSize",
        message: "data of 851MB would fill it, and Prometheus could write nothing any more",
        got: "1000Mi",
        allowed: "at least 1Gi: the data may fill 85% of it",
        fix: "set a larger volumeSize, or a smaller retentionSize",
      },
    ]);
  });
});
