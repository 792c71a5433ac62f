import assert from "node:assert/strict";
import { type Client, clientFormats, clientIds } from "../../../common/clients";
import type { Host } from "../../../common/clients/format";

type System = "linux" | "darwin" | "win32";

function host(platform: System, env: Host["env"] = {}, folders: Record<string, string[]> = {}): Host {
  const home = { linux: "/home/ada", darwin: "/Users/ada", win32: "C:\\Users\\ada" }[platform];
  return { platform, home, env, list: (folder) => folders[folder] ?? [] };
}

const files: Record<Client, Record<System, string>> = {
  claudeDesktop: {
    linux: "/home/ada/.config/Claude/claude_desktop_config.json",
    darwin: "/Users/ada/Library/Application Support/Claude/claude_desktop_config.json",
    win32: "C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json",
  },
  claudeCode: {
    linux: "/home/ada/.claude.json",
    darwin: "/Users/ada/.claude.json",
    win32: "C:\\Users\\ada\\.claude.json",
  },
  vscode: {
    linux: "/home/ada/.config/Code/User/mcp.json",
    darwin: "/Users/ada/Library/Application Support/Code/User/mcp.json",
    win32: "C:\\Users\\ada\\AppData\\Roaming\\Code\\User\\mcp.json",
  },
  cursor: {
    linux: "/home/ada/.cursor/mcp.json",
    darwin: "/Users/ada/.cursor/mcp.json",
    win32: "C:\\Users\\ada\\.cursor\\mcp.json",
  },
  windsurf: {
    linux: "/home/ada/.codeium/windsurf/mcp_config.json",
    darwin: "/Users/ada/.codeium/windsurf/mcp_config.json",
    win32: "C:\\Users\\ada\\.codeium\\windsurf\\mcp_config.json",
  },
  gemini: {
    linux: "/home/ada/.gemini/settings.json",
    darwin: "/Users/ada/.gemini/settings.json",
    win32: "C:\\Users\\ada\\.gemini\\settings.json",
  },
  codex: {
    linux: "/home/ada/.codex/config.toml",
    darwin: "/Users/ada/.codex/config.toml",
    win32: "C:\\Users\\ada\\.codex\\config.toml",
  },
};

describe("clients: where the files are", () => {
  for (const client of clientIds) {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      it(`${client} on ${platform}`, () => {
        assert.equal(clientFormats[client].location(host(platform)).file, files[client][platform]);
      });
    }
  }

  const moved: [Client, System, Host["env"], string][] = [
    ["claudeDesktop", "linux", { XDG_CONFIG_HOME: "/xdg" }, "/xdg/Claude/claude_desktop_config.json"],
    ["claudeDesktop", "win32", { APPDATA: "D:\\Data" }, "D:\\Data\\Claude\\claude_desktop_config.json"],
    ["claudeCode", "linux", { CLAUDE_CONFIG_DIR: "/profiles/claude" }, "/profiles/claude/.claude.json"],
    ["vscode", "linux", { XDG_CONFIG_HOME: "/xdg" }, "/xdg/Code/User/mcp.json"],
    ["vscode", "win32", { APPDATA: "D:\\Data" }, "D:\\Data\\Code\\User\\mcp.json"],
    ["vscode", "darwin", { VSCODE_APPDATA: "/data" }, "/data/Code/User/mcp.json"],
    ["vscode", "linux", { VSCODE_PORTABLE: "/stick/data" }, "/stick/data/user-data/User/mcp.json"],
    ["gemini", "linux", { GEMINI_CLI_HOME: "/other" }, "/other/.gemini/settings.json"],
    ["codex", "linux", { CODEX_HOME: "/profiles/codex" }, "/profiles/codex/config.toml"],
    ["cursor", "linux", { XDG_CONFIG_HOME: "/xdg" }, "/home/ada/.cursor/mcp.json"],
    ["codex", "linux", { CODEX_HOME: "" }, "/home/ada/.codex/config.toml"],
  ];
  for (const [client, platform, env, file] of moved) {
    it(`${client} on ${platform} with ${JSON.stringify(env)}`, () => {
      assert.equal(clientFormats[client].location(host(platform, env)).file, file);
    });
  }

  it("claudeDesktop as a package of the Windows store reads its own copy of AppData", () => {
    const packages = "C:\\Users\\ada\\AppData\\Local\\Packages";
    const found = clientFormats.claudeDesktop.location(
      host("win32", {}, { [packages]: ["Microsoft.Foo_8we", "Claude_pzs8sxrjxfjjc"] }),
    );
    const folder = `${packages}\\Claude_pzs8sxrjxfjjc`;
    assert.deepEqual(found, {
      file: `${folder}\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json`,
      presence: [folder],
    });
  });

  it("tells an installed client by its own folder", () => {
    const presence = (client: Client) => clientFormats[client].location(host("linux")).presence;
    assert.deepEqual(presence("claudeDesktop"), ["/home/ada/.config/Claude"]);
    assert.deepEqual(presence("claudeCode"), ["/home/ada/.claude.json", "/home/ada/.claude"]);
    assert.deepEqual(presence("vscode"), ["/home/ada/.config/Code"]);
    assert.deepEqual(presence("cursor"), ["/home/ada/.cursor"]);
    assert.deepEqual(presence("windsurf"), ["/home/ada/.codeium/windsurf"]);
    assert.deepEqual(presence("gemini"), ["/home/ada/.gemini"]);
    assert.deepEqual(presence("codex"), ["/home/ada/.codex"]);
  });
});
