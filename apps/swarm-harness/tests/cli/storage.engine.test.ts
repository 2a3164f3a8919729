import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RawEngine, runInside, TEST_IMAGE } from "@openfactory/test-engine";
import { afterEach, beforeEach, expect, test } from "vitest";
import { spawnOfdeploy } from "./support/spawn-ofdeploy.js";

const id = `store-${randomBytes(4).toString("hex")}`;
const engine = new RawEngine(process.env["DOCKER_HOST"] ?? "");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "of-storage-"));
});
afterEach(async () => {
  await ofdeploy("down");
  await engine.request("DELETE", `/volumes/${id}-volume_data`);
  await rm(folder, { recursive: true, force: true });
});

const ofdeploy = (command: string, ...words: string[]) =>
  spawnOfdeploy([command, ...words, "--platform", "docker", "--file", join(folder, "openfactory.yml")]);

/**
 * An app that reads STORAGE as OpenFactory's application framework does. It fails for an unknown key and for a missing
 * directory.
 */
const APP = `
has() { printf '%s' "$STORAGE" | grep -o '"[a-z_]*":' | tr -d '":' | sort | tr '\\n' ' '; }
[ "$(has)" = "data local_path mount_point type " ] || { echo "keys: $(has)"; exit 65; }
field() { printf '%s' "$STORAGE" | sed 's/.*"'$1'": "\\([^"]*\\)".*/\\1/'; }
[ "$(field type)" = local ] || { echo "type: $(field type)"; exit 66; }
[ -d "$(field local_path)" ] || { echo "no directory $(field local_path)"; exit 67; }
echo "$APP_UUID" > "$(field local_path)/proof" || exit 68
trap 'exit 0' TERM
while :; do sleep 1; done
`;

test("apps can read and write the mount points that STORAGE lists", async () => {
  const app = (kind: string, data: object) => ({
    uuid: `${id}-${kind}`.toUpperCase(),
    image: TEST_IMAGE,
    command: ["sh", "-c", APP],
    stop_grace_period: "1s",
    storage: { data: { ...data, description: "for readers" } },
  });
  const apps = {
    local: app("local", { type: "local", local_path: "./recordings", mount_point: "/srv/data/" }),
    volume: app("volume", { type: "volume", mount_point: "/srv/data", read_only: false }),
  };
  await mkdir(join(folder, "recordings"));
  await writeFile(join(folder, "openfactory.yml"), JSON.stringify({ name: id, apps }));

  const up = await ofdeploy("up");
  expect(up, up.stderr + (await ofdeploy("logs")).stdout).toMatchObject({ code: 0 });
  for (const kind of ["local", "volume"]) {
    const { stdout } = await runInside(engine, `${id}-${kind}`, [
      "sh",
      "-c",
      'cat /srv/data/proof; printf "%s" "$STORAGE"',
    ]);
    const [proof, storage = ""] = stdout.split("\n");
    expect(proof).toBe(`${id}-${kind}`.toUpperCase());
    expect(JSON.parse(storage)).toEqual({ data: { type: "local", local_path: "/srv/data", mount_point: "/srv/data" } });
  }
  // Each app writes to the mount point of its file.
  expect(await readdir(join(folder, "recordings"))).toEqual(["proof"]);
  const { Mounts } = await engine.call("GET", `/containers/${id}-volume/json`);
  expect(Mounts).toMatchObject([{ Type: "volume", Name: `${id}-volume_data`, Destination: "/srv/data" }]);
});
