import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { userInfo } from "node:os";
import { mustRun } from "@openfactory/test-engine";
import { onTestFinished } from "vitest";
import { withPrograms } from "./programs.js";
import { temporaryDirectory } from "./temporary-directory.js";

/** `OPENFACTORY_TEST_SSHD`, if OpenSSH's server is not installed in the system. */
const SSHD = process.env.OPENFACTORY_TEST_SSHD ?? "/usr/sbin/sshd";
const SSH = "/usr/bin/ssh";
const CLIENT_OPTIONS = "-F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";

export const hasSshServer = (): boolean => existsSync(SSHD) && existsSync(SSH);

export interface SshServer {
  /** `user@127.0.0.1:port`. */
  address: string;
  /** With an `ssh` in its PATH that has the key. */
  env: Record<string, string | undefined>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilOpen(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100 && server.exitCode === null; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error("sshd did not come up");
}

/** OpenSSH's server on a port of its own, with keys of its own; stopped when the test has finished. */
export async function sshServer(): Promise<SshServer> {
  const directory = temporaryDirectory();
  for (const name of ["host", "user"]) {
    await mustRun("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", `${directory}/${name}`]);
  }
  await mustRun("cp", [`${directory}/user.pub`, `${directory}/authorized_keys`]);
  chmodSync(`${directory}/authorized_keys`, 0o600);
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const port = await freePort();
  const settings = [
    `ListenAddress=127.0.0.1`,
    `Port=${port}`,
    `HostKey=${directory}/host`,
    `AuthorizedKeysFile=${directory}/authorized_keys`,
    "PidFile=none",
    "StrictModes=no",
    "UsePAM=no",
    "PasswordAuthentication=no",
  ];
  const args = ["-D", "-e", "-f", "/dev/null", ...settings.flatMap((setting) => ["-o", setting])];
  const server = spawn(SSHD, args, { stdio: "ignore" });
  onTestFinished(() => void server.kill());
  await untilOpen(port, server);
  const options = `-i ${directory}/user ${CLIENT_OPTIONS}`;
  return {
    address: `${userInfo().username}@127.0.0.1:${port}`,
    env: withPrograms({ ssh: `exec ${SSH} ${options} "$@"` }),
  };
}
