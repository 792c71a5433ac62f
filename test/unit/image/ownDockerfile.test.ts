import assert from "node:assert/strict";
import { checkDockerfile, findDockerfile } from "../../../components/image/ownDockerfile";
import { checkSettings } from "../../../components/image/settings";
import { type ImageSettings, resolve, validateImageReference } from "../../../components/server";
import { makeFolder, removeFolders } from "../../support/folder";
import { problemsOf } from "../server/folder";
import { NODE } from "./support";

describe("a server's own Dockerfile", () => {
  after(removeFolders);

  const check = (text: string, image: ImageSettings = {}, secrets: string[] = []) =>
    checkDockerfile({ path: "Dockerfile", text }, image, secrets);

  it("is the one that is named, else the one in the folder, else none", () => {
    const find = (files: Record<string, string>, named?: string) =>
      findDockerfile(resolve("weather", { source: makeFolder({ ...NODE, ...files }) }), named);
    assert.equal(find({}), undefined);
    assert.deepEqual(find({ Dockerfile: "FROM node:22\n" }), { path: "Dockerfile", text: "FROM node:22\n" });
    const both = { Dockerfile: "FROM node:22\n", "docker/prod": "FROM node:24\n" };
    assert.deepEqual(find(both, "docker/prod"), { path: "docker/prod", text: "FROM node:24\n" });
  });

  it("is an error when the named one does not exist", () => {
    const server = resolve("weather", { source: makeFolder(NODE) });
    assert.deepEqual(
      problemsOf(() => findDockerfile(server, "prod.Dockerfile")),
      [
        {
          path: "image.dockerfile",
          message: "there is no such file in the server's folder",
          got: "prod.Dockerfile",
          allowed: "the path of a Dockerfile, relative to `source`",
          fix: "correct the path, or leave it out: then a Dockerfile is written",
        },
      ],
    );
  });

  it("is accepted with pinned bases and a user of its own", () => {
    const text =
      `# syntax=docker/dockerfile:1\nARG VERSION=22-slim\nFROM --platform=$BUILDPLATFORM node:\${VERSION} AS build\n` +
      `USER root\nFROM build AS test\nFROM scratch AS none\nFROM node:22-slim@sha256:${"a".repeat(64)}\n` +
      "RUN a \\\n  && b\nUSER 10001\n";
    assert.deepEqual(check(text), { problems: [], warnings: [] });
  });

  it("is refused from `latest`, by its line, whichever way the name is put together", () => {
    const wrong = (text: string, image: ImageSettings = {}) =>
      check(text, image).problems.map(({ path, got }) => [path, got]);
    assert.deepEqual(wrong("\n# comment\nFROM node:latest\nUSER 1\n"), [["Dockerfile:3", "node:latest"]]);
    assert.deepEqual(wrong("FROM node\nUSER 1\n"), [["Dockerfile:1", "node"]]);
    assert.deepEqual(wrong("ARG TAG=latest\nFROM node:$TAG\nUSER 1\n"), [["Dockerfile:2", "node:latest"]]);
    assert.deepEqual(wrong("ARG TAG=latest\nFROM node:$TAG\nUSER 1\n", { buildArgs: { TAG: "22" } }), []);
    assert.deepEqual(wrong(`FROM node:\${TAG:-latest}\nUSER 1\n`), [["Dockerfile:1", "node:latest"]]);
    assert.deepEqual(wrong("FROM node:latest\nUSER 1\n", { pinning: "off" }), []);
  });

  it("is warned about when its server runs as root", () => {
    const warnings = (text: string) => check(text).warnings.length;
    assert.equal(warnings("FROM node:22\n"), 1);
    assert.equal(warnings("FROM node:22\nUSER root\n"), 1);
    assert.equal(warnings("FROM node:22\nUSER 0:0\n"), 1);
    assert.equal(warnings("FROM node:22\nUSER node\nFROM node:22\n"), 1);
    assert.equal(warnings("FROM node:22\nUSER node\n"), 0);
  });

  it("may have secret build arguments in no stage but the last", () => {
    const early = "FROM node:22 AS build\nARG NPM_TOKEN\nFROM node:22\nUSER 1\n";
    assert.deepEqual(check(early, {}, ["NPM_TOKEN"]).problems, []);
    const late = "FROM node:22 AS build\nFROM node:22\nARG NPM_TOKEN=\nUSER 1\n";
    assert.match(check(late, {}, ["NPM_TOKEN"]).problems[0]?.message ?? "", /ARG NPM_TOKEN in its last stage/);
    assert.deepEqual(check(late, {}, ["OTHER"]).problems, []);
  });
});

describe("a reference to an image", () => {
  const judge = (reference: string, pinning?: "refuse" | "warn" | "off") => {
    const { problems, warnings } = validateImageReference(reference, "image.base", pinning);
    return problems.length > 0 ? "refused" : warnings.length > 0 ? "warned" : "fine";
  };

  it("is fine with a version or a digest, whatever is asked for", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    for (const reference of [
      "python:3.11-slim",
      "node:22",
      "redis:7-alpine",
      "host:5000/a/b:v1.2",
      `node@${digest}`,
      `node:latest@${digest}`,
    ]) {
      for (const pinning of ["refuse", "warn", "off"] as const)
        assert.equal(judge(reference, pinning), "fine", reference);
    }
  });

  it("is refused or warned of as configured", () => {
    const table = ["node:latest", "node", "host:5000/node", "python:slim"].map((reference) =>
      (["refuse", "warn", "off", undefined] as const).map((pinning) => judge(reference, pinning)),
    );
    assert.deepEqual(table, [
      ["refused", "refused", "warned", "refused"],
      ["refused", "refused", "warned", "refused"],
      ["refused", "refused", "warned", "refused"],
      ["refused", "warned", "warned", "warned"],
    ]);
  });

  it("is refused when it is none", () => {
    for (const reference of ["", "Node:22", "a b:1", "-x", "node:22 --privileged"]) {
      assert.equal(judge(reference, "off"), "refused", reference);
    }
  });

  it("says how to pin it", () => {
    assert.deepEqual(validateImageReference("node:latest", "image.base").problems, [
      {
        path: "image.base",
        message: "node:latest has no version and may be another image tomorrow",
        got: "node:latest",
        allowed: 'a tag with a version, such as "python:3.11-slim", or a digest ("...@sha256:...")',
        fix: "pin it: `docker buildx imagetools inspect node:latest` shows its digest",
      },
    ]);
  });
});

describe("the settings of an image", () => {
  const paths = (image: object, secrets: string[] = []) =>
    checkSettings(image as ImageSettings, secrets).problems.map(({ path }) => path);

  it("are checked, all of them", () => {
    assert.deepEqual(paths({}), []);
    const wrong = {
      layout: "single",
      pinning: "never",
      base: "node:latest",
      scan: { scanner: "clair", severity: "bad" },
      systemPackages: ["curl; rm -rf /"],
      buildPackages: ["--force"],
      buildArgs: { "A-B": "1" },
    };
    assert.deepEqual(paths(wrong, ["1X"]), [
      "image.layout",
      "image.pinning",
      "image.scan.scanner",
      "image.scan.severity",
      "image.systemPackages",
      "image.buildPackages",
      "image.buildArgs",
      "image.buildSecrets",
      "image.base",
    ]);
  });

  it("refuse secrets in an image of one stage, whose history would keep them", () => {
    assert.deepEqual(paths({ layout: "lightweight" }, ["PIP_INDEX_URL"]), ["image.buildSecrets"]);
    assert.deepEqual(paths({ layout: "multi-stage" }, ["PIP_INDEX_URL"]), []);
  });
});
