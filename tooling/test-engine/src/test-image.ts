import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { unpackPackage } from "./debian-packages.js";
import { type Log, logToStderr, TestEngineError } from "./errors-and-log.js";
import type { RawEngine } from "./raw-engine.js";
import { hasCommand, mustRun } from "./run-command.js";
import { tar, type TarEntry } from "./tar.js";

/** A busybox: `sh`, `sleep`, `cat`, `httpd`, `nc`, `ping`, `id`, `env` and the rest; no entrypoint, command `sh`. */
export const TEST_IMAGE = "openfactory/test:1";
/** The same with an entrypoint and a command. It prints `entrypoint <arguments>` and runs until it is stopped. */
export const TEST_ENTRYPOINT_IMAGE = "openfactory/test-entrypoint:1";

/** The configuration of an image, as Dockerfile instructions (Engine API, ImageCreate, `changes`). */
const PLAIN = ['CMD ["sh"]', "ENV PATH=/bin", "ENV IMAGE_VARIABLE=of-the-image"];
const WITH_ENTRYPOINT = [
  'ENTRYPOINT ["/bin/entrypoint"]',
  'CMD ["of","the","image"]',
  "ENV PATH=/bin",
  "ENV IMAGE_VARIABLE=of-the-image",
  "WORKDIR /srv",
];
/** Images with another version are created again. */
const VERSION_LABEL = "org.openfactory.deploy.test.image";
const IMAGE_VERSION = "2";
const REGISTRY_IMAGE = "busybox:stable";

// As the first process of a container, a shell without a trap ignores SIGTERM.
const ENTRYPOINT_SCRIPT =
  '#!/bin/sh\ntrap "exit 0" TERM INT\necho "entrypoint $*"\nwhile :; do sleep 3600 & wait $!; done\n';

/**
 * Ensures that the engine has a busybox image with the name `tag`, if possible without a registry.
 * Returns whether the image was created now.
 * @throws TestEngineError if there is no busybox on this machine and none can be pulled
 */
export function ensureTestImage(engine: RawEngine, tag: string = TEST_IMAGE, log: Log = logToStderr): Promise<boolean> {
  return ensureImage(engine, tag, PLAIN, log);
}

/** As `ensureTestImage`, for the image with an entrypoint and a command. */
export function ensureEntrypointImage(
  engine: RawEngine,
  tag: string = TEST_ENTRYPOINT_IMAGE,
  log: Log = logToStderr,
): Promise<boolean> {
  return ensureImage(engine, tag, WITH_ENTRYPOINT, log);
}

async function ensureImage(engine: RawEngine, tag: string, changes: string[], log: Log): Promise<boolean> {
  const { status, body } = await engine.request("GET", `/images/${tag}/json`);
  if (status === 200 && body.Config?.Labels?.[VERSION_LABEL] === IMAGE_VERSION) return false;
  const all = [...changes, `LABEL ${VERSION_LABEL}=${IMAGE_VERSION}`];
  const busybox = (await isOfThisArchitecture(engine)) ? await findBusybox(log) : undefined;
  if (busybox) await importRootfs(engine, tag, tar(rootfs(busybox)), all);
  else await pullAndCommit(engine, tag, all);
  return true;
}

/** Creates an image from a file system (Engine API, ImageCreate from `fromSrc=-`). */
export async function importRootfs(
  engine: RawEngine,
  tag: string,
  archive: Buffer | Readable,
  changes: string[],
): Promise<void> {
  // The tag is part of the repository, as in the docker command: Podman ignores `tag` here.
  const query = new URLSearchParams({ fromSrc: "-", repo: tag });
  for (const change of changes) query.append("changes", change);
  failOnError(await engine.call("POST", `/images/create?${query}`, archive));
}

async function pullAndCommit(engine: RawEngine, tag: string, changes: string[]): Promise<void> {
  const query = new URLSearchParams({ fromImage: REGISTRY_IMAGE.split(":")[0]!, tag: REGISTRY_IMAGE.split(":")[1]! });
  const pulled = await engine.request("POST", `/images/create?${query}`);
  if (pulled.status >= 400) {
    throw new TestEngineError(
      `There is no static busybox on this machine and ${REGISTRY_IMAGE} can't be pulled. Install Debian's busybox-static.`,
    );
  }
  failOnError(pulled.body);
  const script = tar([{ path: "bin/entrypoint", mode: 0o755, content: Buffer.from(ENTRYPOINT_SCRIPT) }]);
  const { Id } = await engine.call("POST", "/containers/create", { Image: REGISTRY_IMAGE });
  try {
    await engine.call("PUT", `/containers/${Id}/archive?path=/`, script);
    const commit = new URLSearchParams({ container: Id, repo: repository(tag).repo, tag: repository(tag).tag });
    commit.append("changes", changes.join("\n"));
    await engine.call("POST", `/commit?${commit}`);
  } finally {
    await engine.request("DELETE", `/containers/${Id}?force=true`);
  }
}

function repository(tag: string): { repo: string; tag: string } {
  const colon = tag.lastIndexOf(":");
  return { repo: tag.slice(0, colon), tag: tag.slice(colon + 1) };
}

/** The engine answers 200 and reports a failure in the last line of JSON. */
function failOnError(body: unknown): void {
  const failure = /"error":"([^"]*)"/.exec(typeof body === "string" ? body : JSON.stringify(body));
  if (failure) throw new TestEngineError(`The engine could not create the image: ${failure[1]}`);
}

async function isOfThisArchitecture(engine: RawEngine): Promise<boolean> {
  const { Arch } = await engine.call("GET", "/version");
  const names: Record<string, string> = { x64: "amd64", ia32: "386", arm64: "arm64", arm: "arm" };
  return (names[process.arch] ?? process.arch) === Arch;
}

function rootfs({ binary, applets }: Busybox): TarEntry[] {
  const directory = (path: string, mode = 0o755): TarEntry => ({ path: `${path}/`, mode });
  const file = (path: string, text: string, mode = 0o644): TarEntry => ({ path, mode, content: Buffer.from(text) });
  const commands = applets.filter((name) => name !== "busybox");
  return [
    ...["bin", "etc", "root", "srv", "var", "proc", "sys", "dev"].map((path) => directory(path)),
    directory("tmp", 0o1777),
    file(
      "etc/passwd",
      "root:x:0:0:root:/root:/bin/sh\nguest:x:65534:65534:guest:/:/bin/sh\napp:x:1000:1000:app:/:/bin/sh\n",
    ),
    file("etc/group", "root:x:0:\nnogroup:x:65534:\napp:x:1000:\n"),
    file("srv/index.html", "hello from the test image\n"),
    file("bin/entrypoint", ENTRYPOINT_SCRIPT, 0o755),
    { path: "bin/busybox", mode: 0o755, content: binary },
    ...commands.map((name) => ({ path: `bin/${name}`, mode: 0o777, linkTo: "busybox" })),
  ];
}

/** A static busybox and its command names. */
interface Busybox {
  readonly binary: Buffer;
  readonly applets: string[];
}

/** The static busybox of this machine, or Debian's, unpacked into the cache. Undefined if neither is available. */
async function findBusybox(log: Log): Promise<Busybox | undefined> {
  if (process.platform !== "linux") return undefined;
  for (const path of ["/bin/busybox", "/usr/bin/busybox"]) {
    if (existsSync(path) && isStatic(path)) return readBusybox(path);
  }
  if (!(await hasCommand("apt-get"))) return undefined;
  const unpacked = await unpackPackage("busybox-static", log).catch(() => undefined);
  const path = ["bin/busybox", "usr/bin/busybox"].map((name) => join(unpacked ?? "", name)).find(existsSync);
  return unpacked && path ? readBusybox(path) : undefined;
}

async function readBusybox(path: string): Promise<Busybox> {
  const applets = (await mustRun(path, ["--list"])).trim().split("\n");
  return { binary: readFileSync(path), applets };
}

/** A dynamic program contains the name of its loader near the start of the file. */
function isStatic(path: string): boolean {
  return !/\/ld-(linux|musl)/.test(readFileSync(path).subarray(0, 4096).toString("latin1"));
}
