import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, mustRun, runCommand, unpackPackage } from "@openfactory/test-engine";
import { onTestFinished } from "vitest";
import { withPrograms } from "./programs.js";

const INSTALLED = "/usr/sbin/sshd";
const SSH = "/usr/bin/ssh";
const TRUSTING = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";

export interface SshServer {
  /** `user@127.0.0.1:port`. */
  address: string;
  port: number;
  /** An environment with an `ssh` in its PATH that has the user's key and accepts every host key; for one test. */
  env(): Record<string, string | undefined>;
  /** The same with other options. `changed-host` is a file of known hosts with another key of this server. */
  envWith(options: string): Record<string, string | undefined>;
  /**
   * Holds `user` and, for a login with `docker` missing on the server, `bare`, both keys that the server accepts; `other`, a
   * key that it does not; and `changed-host`.
   */
  directory: string;
  stop(): void;
}

/** Whether an SSH server is installed, so that {@link startSshServer} downloads none. */
export const hasSshServer = (): boolean =>
  existsSync(SSH) && existsSync(process.env.OPENFACTORY_TEST_SSHD ?? INSTALLED);

/** {@link startSshServer}, stopped when the test has finished. */
export async function sshServer(): Promise<{ address: string; env: Record<string, string | undefined> }> {
  const { address, env, stop } = await startSshServer();
  onTestFinished(stop);
  return { address, env: env() };
}

interface Program {
  path: string;
  env: Record<string, string>;
}

/** `OPENFACTORY_TEST_SSHD`, the installed sshd, or Debian's, unpacked into the cache. @throws Error if there is none. */
async function findSshd(): Promise<Program> {
  const path = process.env.OPENFACTORY_TEST_SSHD ?? INSTALLED;
  if (existsSync(path)) return { path, env: {} };
  const [server, wrap] = [await unpackPackage("openssh-server"), await unpackPackage("libwrap0")];
  const { stdout } = await runCommand("find", [wrap, "-name", "libwrap.so.0"]);
  return { path: join(server, "usr/sbin/sshd"), env: { LD_LIBRARY_PATH: dirname(stdout.trim()) } };
}

async function untilOpen(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200 && server.exitCode === null; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error("sshd did not come up");
}

/** OpenSSH's server on a separate port, with separate keys. @throws Error if it is missing or does not start */
export async function startSshServer(): Promise<SshServer> {
  if (!existsSync(SSH)) throw new Error(`there is no ${SSH}`);
  const sshd = await findSshd();
  const directory = mkdtempSync(join(tmpdir(), "of-ssh-"));
  const port = await freePort("127.0.0.1");
  await Promise.all(
    ["host", "user", "bare", "other"].map((name) =>
      mustRun("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, name)]),
    ),
  );
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  const withoutDocker = `command="PATH=/nowhere; eval $SSH_ORIGINAL_COMMAND"`;
  const authorized = join(directory, "authorized_keys");
  writeFileSync(authorized, `${read("user.pub")}${withoutDocker} ${read("bare.pub")}`);
  chmodSync(authorized, 0o600);
  writeFileSync(join(directory, "changed-host"), `[127.0.0.1]:${port} ${read("other.pub")}`);
  const settings = [
    `ListenAddress=127.0.0.1`,
    `Port=${port}`,
    `HostKey=${join(directory, "host")}`,
    `AuthorizedKeysFile=${authorized}`,
    "PidFile=none",
    "StrictModes=no",
    "UsePAM=no",
    "PasswordAuthentication=no",
  ];
  const args = ["-D", "-e", "-f", "/dev/null", ...settings.flatMap((setting) => ["-o", setting])];
  const server = spawnSshd(sshd, args, directory);
  await untilOpen(port, server);
  const envWith = (options: string) => withPrograms({ ssh: `exec ${SSH} -F /dev/null ${options} "$@"` });
  return {
    address: `${userInfo().username}@127.0.0.1:${port}`,
    port,
    directory,
    env: () => envWith(`-i ${directory}/user ${TRUSTING}`),
    envWith,
    stop() {
      server.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** As root, sshd requires the user `sshd`. Without it, sshd gets a separate user list in a separate mount namespace. */
function spawnSshd({ path, env }: Program, args: readonly string[], directory: string): ChildProcess {
  const options = { stdio: "ignore", env: { ...process.env, ...env } } as const;
  if (process.getuid?.() !== 0) return spawn(path, args, options);
  mkdirSync("/run/sshd", { recursive: true });
  const users = readFileSync("/etc/passwd", "utf8");
  if (/^sshd:/m.test(users)) return spawn(path, args, options);
  writeFileSync(join(directory, "passwd"), `${users}sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n`);
  const script = 'mount --bind "$1" /etc/passwd && shift && exec "$@"';
  return spawn("unshare", ["-m", "sh", "-c", script, "sh", join(directory, "passwd"), path, ...args], options);
}
