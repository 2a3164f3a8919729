import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address, engineApi, TEST_IMAGE, TEST_LABEL } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMAND, spawnOfdeploy } from "./support/spawn-ofdeploy.js";

const id = `watch-${randomBytes(4).toString("hex")}`;
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ofdeploy-watch-"));
  file = join(folder, "openfactory.yml");
  writeFileSync(
    file,
    `name: ${id}
apps:
  web:
    uuid: ${id}
    image: ${TEST_IMAGE}
    command: sleep 600
    stop_grace_period: 1s
    labels: ["${TEST_LABEL}=1"]
`,
  );
});
afterAll(async () => {
  await spawnOfdeploy(["down", "-f", file]);
  rmSync(folder, { recursive: true, force: true });
});

/** An engine's socket that can be closed, as by a restart, and opened again. */
class Gate {
  readonly path = join(folder, "engine.sock");
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  open(): Promise<void> {
    const { socketPath, hostname, port } = address(process.env["DOCKER_HOST"] ?? "");
    const target = socketPath ? { path: socketPath } : { host: hostname ?? "", port: Number(port) };
    this.#server = createServer((client) => {
      const engine = connect(target);
      for (const socket of [client, engine]) this.#sockets.add(socket.on("error", () => socket.destroy()));
      client.pipe(engine).pipe(client);
    });
    return new Promise((resolve) => this.#server?.listen(this.path, resolve));
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}

test("ps --watch continues while the engine restarts, shows a change after it, and ends at Ctrl-C with 130", async () => {
  const up = await spawnOfdeploy(["up", "-f", file]);
  expect(up, up.stderr).toMatchObject({ code: 0 });
  const gate = new Gate();
  await gate.open();
  const args = ["ps", "--watch", "--interval", "200ms", "-f", file, "--host", `unix://${gate.path}`];
  const child = spawn(process.execPath, [COMMAND, ...args]);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (added) => (text += added));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const prints = (part: RegExp): Promise<void> => expect.poll(() => text).toMatch(part);
  try {
    await prints(/web .*running/);
    gate.close();
    await prints(/^warning\[ENGINE_UNREACHABLE\] .* Retrying every 0\.2 s\.$/m);
    await gate.open();
    await prints(/^The engine answers again\.$/m);
    expect(text.match(/^APP/gm)).toHaveLength(1);
    await engineApi("DELETE", `/containers/${id}?force=1`);
    await prints(/web .*not deployed/);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
  } finally {
    child.kill("SIGKILL");
    gate.close();
  }
});
