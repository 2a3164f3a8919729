import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand, unpackPackage } from "@openfactory/test-engine";
import { candidate, unpackFromSuite } from "./debian-suite.ts";

/** A peer's command, or why it is not available. */
export type Peer = { command: readonly string[]; env?: Record<string, string>; version: string } | { missing: string };

export interface Peers {
  docker: Peer;
  compose: Peer;
  python: Peer;
}

type Log = (line: string) => void;

/** Finds peers on this machine or in Debian's packages. A missing peer is logged, and is not a failure. */
export async function findPeers(log: Log): Promise<Peers> {
  const peers = {
    docker: await orMissing(docker()),
    compose: await orMissing(compose(log)),
    python: await orMissing(python(log)),
  };
  for (const [name, peer] of Object.entries(peers))
    log("missing" in peer ? `peer ${name}: not available: ${peer.missing}` : `peer ${name}: ${peer.version}`);
  return peers;
}

const orMissing = (found: Promise<Peer>): Promise<Peer> =>
  found.catch((error: Error) => ({ missing: error.message.split("\n")[0] ?? "" }));

const firstLine = async (command: string, args: string[], env?: Record<string, string>): Promise<string> => {
  const { code, stdout, stderr } = await runCommand(command, args, { env });
  if (code !== 0) throw new Error(`${command} failed: ${stderr.trim().split("\n").at(-1)}`);
  return stdout.trim().split("\n")[0] ?? "";
};

/** The docker command on the PATH, which Debian's docker.io also installs. */
async function docker(): Promise<Peer> {
  const version = await firstLine("docker", ["--version"]);
  await firstLine("docker", ["stack", "deploy", "--help"]);
  return { command: ["docker"], version };
}

/** The plugin is also a separate program. */
const PLUGIN = "usr/libexec/docker/cli-plugins/docker-compose";
const FOLDERS = ["/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/local/lib/docker/cli-plugins"];

async function compose(log: Log): Promise<Peer> {
  const installed = FOLDERS.map((folder) => join(folder, "docker-compose")).find(existsSync);
  const program = installed ?? (await unpackCompose(log));
  return { command: [program], version: await firstLine(program, ["version"]) };
}

/** Compose 2 of the machine's suite, or else of trixie. */
async function unpackCompose(log: Log): Promise<string> {
  if ((await candidate("docker-compose"))?.startsWith("2."))
    return join(await unpackPackage("docker-compose", log), PLUGIN);
  return join(await unpackFromSuite("trixie", "docker-compose", log), PLUGIN);
}

/** Packages of Docker's SDK for the machine's Python 3. */
const SDK = [
  "python3-docker",
  "python3-requests",
  "python3-urllib3",
  "python3-websocket",
  "python3-certifi",
  "python3-idna",
  "python3-charset-normalizer",
  "python3-chardet",
  "python3-six",
  "python3-packaging",
];

async function python(log: Log): Promise<Peer> {
  const script = fileURLToPath(new URL("./reference.py", import.meta.url));
  const folders = await Promise.all(SDK.map((name) => unpackPackage(name, log)));
  const PYTHONPATH = folders.map((folder) => join(folder, "usr/lib/python3/dist-packages")).join(":");
  const version = await firstLine(
    "/usr/bin/python3",
    ["-c", "import docker, sys; print('docker SDK', docker.__version__, 'on Python', sys.version.split()[0])"],
    { PYTHONPATH },
  );
  return { command: ["/usr/bin/python3", script], env: { PYTHONPATH }, version };
}
