import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadProject } from "./load-project.js";
import { parseAppFile } from "./load-project.js";

const nfs = (server: string, path: string, more = "") =>
  `{type: nfs, server: '${server}', remote_path: '${path}', mount_point: /d${more}}`;
const app = (uuid: string, storage: string) =>
  [`  ${uuid}:`, `    uuid: ${uuid}`, "    image: x", `    storage: {s: ${storage}}`].join("\n");

/** Two apps, the storage of the first on line 5 and of the second on line 9. */
const twoApps = (first: string, second: string) => `apps:\n${app("aa", first)}\n${app("bb", second)}`;
const volumesOf = (first: string, second: string) =>
  parseAppFile(twoApps(first, second), { file: "plant/apps.yml", env: {} }).apps.map(
    ({ request }) => request.mounts?.[0],
  );
const failureOf = (first: string, second: string, env: Record<string, string> = {}) => {
  try {
    parseAppFile(twoApps(first, second), { file: "plant/apps.yml", env });
  } catch (error) {
    if (DeploymentError.isInstance(error, "INVALID_FILE")) return error;
    throw error;
  }
  throw new Error("expected an error");
};

describe("two storages with the same volume name", () => {
  it.each([
    ["an underscore", nfs("192.0.2.5", "/srv/line_1/press"), nfs("192.0.2.5", "/srv/line/1/press")],
    ["a dot of the server", nfs("nas.a", "/b"), nfs("nas", "/a/b")],
    ["a dot and an underscore", nfs("nas.plant", "/x"), nfs("nas", "/plant_x")],
    ["a space", nfs("nas", "/srv/line 1"), nfs("nas", "/srv/line_1")],
    ["letters that Docker does not take", nfs("nas", "/srv/größe"), nfs("nas", "/srv/gr__e")],
    ["a slash at the end", nfs("nas", "/srv/x"), nfs("nas", "/srv/x/")],
    ["colons of an IPv6 address", nfs("fd00::1", "/x"), nfs("fd00:", "/1/x")],
    ["brackets of an IPv6 address", nfs("[fd00::1]", "/x"), nfs(":fd00::1", "/_x")],
    [
      "a path with equal options",
      nfs("nas", "/a_b", ", mount_options: [ro]"),
      nfs("nas", "/a/b", ", mount_options: [ro]"),
    ],
    ["a volume by its name", nfs("nas", "/x"), "{type: volume, volume: nfs_nas_x, mount_point: /d}"],
  ])("are refused with both locations: %s", (_, first, second) => {
    expect(failureOf(first, second).issues).toMatchObject([
      {
        message: expect.stringMatching(
          /^this storage of app "bb" and a storage of app "aa" \(line 5, column 18\) share the volume name "nfs_.*" but have different options: driver local .* instead of driver local /,
        ),
        location: { file: "plant/apps.yml", line: 9, column: 18 },
        hint: expect.stringContaining("Use the same options, use another path"),
      },
    ]);
  });

  it("are refused within one app", () => {
    const both = `${nfs("nas", "/a_b")}, t: ${nfs("nas", "/a/b").replace("/d}", "/e}")}`;
    expect(failureOf(both, nfs("other", "/")).issues).toMatchObject([{ location: { line: 5 } }]);
  });

  it("are refused across the files of a project, with the location in the other file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "volume-names-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const files = ["app_one.yml", "app_two.yml"].map((name) => join(folder, name));
    await writeFile(files[0]!, `apps:\n${app("aa", nfs("nas", "/a_b"))}`);
    await writeFile(files[1]!, `apps:\n${app("bb", nfs("nas", "/a/b"))}`);
    const error: unknown = await loadProject([folder], { env: {} }).catch((thrown: unknown) => thrown);
    expect((error as DeploymentError).issues).toMatchObject([
      { message: expect.stringContaining(`(${files[0]}:5:18)`), location: { file: files[1], line: 5, column: 18 } },
    ]);
  });

  it("are accepted with the same options in another order", () => {
    const options = (list: string) => nfs("nas", "/x", `, mount_options: [${list}]`);
    const mounts = volumesOf(options("soft, ro"), options("ro, soft"));
    expect(mounts[0]?.Source).toBe("nfs_nas_x_3a53c159");
    expect(mounts[1]?.Source).toBe("nfs_nas_x_3a53c159");
  });

  it("are accepted with the same storage; other options change the volume name", () => {
    expect(volumesOf(nfs("nas", "/x"), nfs("nas", "/x"))).toHaveLength(2);
    const [first, second] = volumesOf(nfs("nas", "/x"), nfs("nas", "/x", ", mount_options: [ro]"));
    expect(first?.Source).not.toBe(second?.Source);
    const volume = "{type: volume, volume: recipes, mount_point: /d}";
    expect(volumesOf(volume, volume)).toHaveLength(2);
  });

  it("are refused without showing values of variables", () => {
    const error = failureOf(nfs("nas", "/${SECRET}_1"), nfs("nas", "/${SECRET}/1"), { SECRET: "hunter2" });
    expect(error.issues[0]?.message).toContain("share a volume name but have different options");
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });
});
