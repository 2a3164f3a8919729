import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { address, installPackages, RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { AppFiles } from "../cli/support/app-files.js";
import { callOfdeploy } from "../cli/support/call-ofdeploy.js";
import type { TestPlatform } from "../cli/support/test-platforms.js";
import { root } from "../docs/support/pages.js";
import { REFUSAL } from "./socket-proxies.js";

/** The proxies of Debian, and their configuration files in the guide. */
const PROXIES = {
  haproxy: { file: "haproxy.cfg", start: (file: string) => ["haproxy", "-db", "-f", file] },
  // Started by root, its workers would otherwise run as a user who may not open the engine's socket.
  nginx: { file: "nginx.conf", start: (file: string) => ["nginx", "-c", file, "-g", "daemon off; user root;"] },
};

interface Proxy {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  end(): Promise<void>;
}

/** Starts a proxy with the configuration of the guide, with the addresses of this test. */
async function startProxy(kind: keyof typeof PROXIES, platform: "docker" | "swarm", engine: string): Promise<Proxy> {
  await installPackages([kind], "a read-only proxy of an engine");
  const folder = mkdtempSync(join(tmpdir(), "ofdeploy-proxy-"));
  const socket = join(folder, "read-only.sock");
  const { socketPath, hostname, port } = address(engine);
  const guide = readFileSync(join(root, "docs/how-to/least-privilege", platform, PROXIES[kind].file), "utf8");
  const configuration = guide
    .replaceAll("/run/docker-read-only.sock", socket)
    .replace("/run/docker-read-only.pid", join(folder, "pid"))
    .replace(/unix[@:]\/var\/run\/docker\.sock/, (text) =>
      socketPath ? text.replace("/var/run/docker.sock", socketPath) : `${hostname}:${port}`,
    );
  writeFileSync(join(folder, "configuration"), configuration);
  const [command = "", ...args] = PROXIES[kind].start(join(folder, "configuration"));
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
  });
  let errors = "";
  child.stderr.on("data", (text) => (errors += text));
  child.on("error", (error) => (errors += error.message));
  const host = `unix://${socket}`;
  const proxy = { host, end: () => end(child, folder) };
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    const status = await new RawEngine(host).request("GET", "/_ping").then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return proxy;
    await sleep(50);
  }
  await proxy.end();
  throw new Error(`${kind} does not answer: ${errors}`);
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
}

const CHANGES = [["up"], ["down", "--yes"], ["restart"]] as const;
/** On a swarm, the app may run on another node, which `exec` does not reach. */
const EXEC = ["exec", "-T", "web", "true"] as const;

/** Calls that no configuration may allow, some of them disguised. */
const FORBIDDEN = [
  ["POST", "/containers/create?name=stolen"],
  ["POST", "/v1.41/images/create?fromImage=x"],
  ["DELETE", "/containers/ID"],
  ["PUT", "/containers/ID/archive?path=/"],
  ["GET", "/containers/ID/archive?path=/etc/passwd"],
  ["GET", "/containers/ID/json/../archive?path=/etc/passwd"],
  ["GET", "/images/x/../../containers/ID/archive/json"],
  ["GET", "/containers/ID%2Fexport"],
  ["GET", "/containers/ID/export"],
  ["POST", "/containers/ID/exec"],
  ["POST", "/containers/json"],
  ["GET", "/swarm"],
] as const;

/**
 * Deploys an app, and then uses the engine through a proxy of the guide: the commands that change nothing work, and those that do
 * are refused and change nothing.
 */
export async function checkReadOnlyProxy(
  kind: keyof typeof PROXIES,
  name: "docker" | "swarm",
  { platform, host }: { platform: TestPlatform; host: string },
): Promise<void> {
  const proxy = await startProxy(kind, name, host);
  const direct = new AppFiles(platform.options);
  const { id } = direct;
  const options = ["--file", join(direct.folder, "openfactory.yml"), "--platform", name, "--host", proxy.host];
  const run = (command: string, ...words: string[]) => callOfdeploy([command, ...options, ...words]);
  const read = async (...words: [string, ...string[]]): Promise<string> => {
    const ran = await run(...words);
    expect(ran, `${words.join(" ")}: ${ran.stdout}${ran.stderr}`).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  try {
    await direct.write("openfactory.yml", { web: 1 }, { name: id }).ok("openfactory.yml", "up");
    const running = await platform.running(id);
    expect(Object.keys(running)).toEqual([expect.stringContaining(`${id}-web`)]);

    await read("plan");
    await read("up");
    expect(await read("ps")).toContain("web");
    expect(await read("logs")).toContain("web is up");
    expect(await read("images")).toContain(TEST_IMAGE.split(":")[0]);
    expect(await read("ls")).toContain(id);
    await read("wait");
    await read("doctor");

    direct.write("openfactory.yml", { web: 2, db: 1 }, { name: id });
    expect(await run("plan")).toMatchObject({ code: 2 });
    for (const [command, ...words] of name === "docker" ? [...CHANGES, EXEC] : CHANGES) {
      const refused = await run(command, ...words);
      expect(refused, `${command}: ${refused.stderr}`).toMatchObject({ code: 4 });
      expect(refused.stderr).toMatch(new RegExp(`error\\[UNAUTHORIZED\\].*: ${REFUSAL}\\.`));
      expect(refused.stderr).toContain("Use an address of the engine that allows it");
    }
    const raw = new RawEngine(proxy.host);
    for (const [method, path] of FORBIDDEN) {
      const { status } = await raw.request(method, path.replace("ID", Object.keys(running)[0] ?? ""));
      // The engine redirects a path that it would clean. The new path has to pass the proxy, too.
      expect([403, 400, 301], `${method} ${path}`).toContain(status);
    }
    expect(await platform.running(id)).toEqual(running);
  } finally {
    await direct.run("openfactory.yml", "down", "--yes");
    direct.remove();
    await proxy.end();
  }
}
