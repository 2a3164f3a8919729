import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, systemPath } from "@openfactory/test-engine";

export interface TlsEngine {
  port: number;
  stop(): Promise<void>;
}

/**
 * A separate Docker Engine with `--tlsverify`, with the certificates of `testCertificates` in the directory. It has no
 * network, and runs no containers.
 * @throws Error with the end of its log if it does not start
 */
export async function startTlsEngine(directory: string): Promise<TlsEngine> {
  const port = await freePort("127.0.0.1");
  const at = (name: string): string => join(directory, name);
  const settings = {
    hosts: [`tcp://127.0.0.1:${port}`],
    tlsverify: true,
    tlscacert: at("ca.pem"),
    tlscert: at("server-cert.pem"),
    tlskey: at("server-key.pem"),
    "data-root": at("data"),
    "exec-root": at("exec"),
    pidfile: at("docker.pid"),
    "storage-driver": "vfs",
    bridge: "none",
    iptables: false,
    ip6tables: false,
    "ip-forward": false,
    "ip-masq": false,
  };
  mkdirSync(at("exec"), { recursive: true });
  writeFileSync(at("dockerd.json"), JSON.stringify(settings));
  const log = openSync(at("dockerd.log"), "w");
  const engine = spawn("dockerd", ["--config-file", at("dockerd.json")], {
    stdio: ["ignore", log, log],
    env: { ...process.env, PATH: systemPath },
  });
  const ended = once(engine, "exit").catch((error: Error) => error);
  for (let attempt = 0; attempt < 600 && engine.exitCode === null && engine.pid !== undefined; attempt++) {
    if (await isOpen(port)) {
      return {
        port,
        async stop() {
          engine.kill();
          await ended;
        },
      };
    }
    await sleep(50);
  }
  engine.kill();
  await ended;
  throw new Error(
    `dockerd did not start:\n${readFileSync(at("dockerd.log"), "utf8").split("\n").slice(-6).join("\n")}`,
  );
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
