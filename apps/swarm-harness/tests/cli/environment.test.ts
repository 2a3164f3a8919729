import { execFile } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { run } from "ofdeploy";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { captureIo } from "./support/run-ofdeploy.js";
import { COMMAND } from "./support/spawn-ofdeploy.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ofdeploy-env-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** An engine without images, which records the registry credentials of pulls. */
async function startEngine(): Promise<{ host: string; pulledAs: string[]; [Symbol.asyncDispose](): Promise<void> }> {
  const pulledAs: string[] = [];
  // The lock of the run is a volume.
  const volumes = new Map<string, object>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? "";
    const json = (status: number, body: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    response.setHeader("api-version", "1.47");
    if (url.includes("/_ping")) response.end("OK");
    else if (url.includes("/images/create")) {
      const sent = JSON.parse(Buffer.from(String(request.headers["x-registry-auth"]), "base64").toString()) as {
        username?: string;
      };
      pulledAs.push(sent.username ?? "no user");
      json(200, { error: "access denied", errorDetail: { message: "access denied" } });
    } else if (url.includes("/containers/create")) json(404, { message: "No such image: registry.example/web:1" });
    else if (url.includes("/volumes/create")) {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const sent = JSON.parse(text) as { Name: string };
        const volume = volumes.get(sent.Name) ?? { Driver: "local", Mountpoint: "/v", Scope: "local", ...sent };
        volumes.set(sent.Name, volume);
        json(201, volume);
      });
    } else if (url.includes("/volumes/")) json(200, volumes.get(/volumes\/([^?]+)/.exec(url)?.[1] ?? ""));
    else if (url.includes("/volumes")) json(200, { Volumes: [...volumes.values()], Warnings: null });
    else if (url.includes("/info")) json(200, { ID: "engine", Swarm: { LocalNodeState: "inactive" } });
    else if (/\/(containers|networks|images)\/json|\/networks/.test(url)) json(200, []);
    else json(404, { message: "not found" });
  };
  const server = createServer(answer);
  const socket = join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    pulledAs,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A folder with Docker's config.json, with the credentials of a user. */
function dockerConfig(user: string): string {
  const path = join(folder, user);
  mkdirSync(path);
  const auth = Buffer.from(`${user}:secret`).toString("base64");
  writeFileSync(join(path, "config.json"), JSON.stringify({ auths: { "registry.example": { auth } } }));
  return path;
}

test("a program that runs the command gives it its environment, with the engine and the registry credentials", async () => {
  await using engine = await startEngine();
  writeFileSync(
    join(folder, "openfactory.yml"),
    "apps:\n  web:\n    uuid: web\n    image: registry.example/web:1\n    env_file: ~/web.env\n",
  );
  writeFileSync(join(folder, "web.env"), "A=1\n");
  vi.stubEnv("DOCKER_HOST", "unix:///nonexistent/docker.sock");
  vi.stubEnv("DOCKER_CONFIG", dockerConfig("of-the-process"));
  vi.stubEnv("HOME", "/nonexistent");
  const env = { HOME: folder, DOCKER_HOST: engine.host, DOCKER_CONFIG: dockerConfig("of-the-caller") };
  const io = captureIo(folder, { env });
  await run(["up", "--no-preflight", "-f", join(folder, "openfactory.yml")], io);
  expect(engine.pulledAs, io.stderr.text).toEqual(["of-the-caller"]);
});

test("a working directory that can't be read is an error of the input", async () => {
  const io = captureIo(join(folder, "none"));
  expect(await run(["up"], io)).toBe(3);
  expect(io.stderr.text).toContain(`error[INVALID_FILE] The working directory ${join(folder, "none")} can't be read.`);
});

test("a working directory that was removed is an error of the input", async () => {
  const command = `mkdir gone; cd gone; rmdir ../gone; exec "$0" "$1" up`;
  const ended = await promisify(execFile)("sh", ["-c", command, process.execPath, COMMAND], { cwd: folder }).catch(
    (error: unknown) => error,
  );
  expect(ended).toMatchObject({
    code: 3,
    stderr: "error[USAGE] The working directory does not exist any more.\n  hint: Change to another directory.\n",
  });
});
