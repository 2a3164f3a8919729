import type { Readable } from "node:stream";
import { findBusybox, type Busybox } from "./busybox.js";
import { logToStderr, type Log } from "./log.js";
import type { RawEngine } from "./raw-engine.js";
import { tar, type TarEntry } from "./tar.js";
import { TestEngineError } from "./test-engine-error.js";

/** A busybox: `sh`, `sleep`, `cat`, `httpd`, `nc`, `ping`, `id`, `env` and the rest; no entrypoint, command `sh`. */
export const TEST_IMAGE = "openfactory/test:1";
/** The same with an entrypoint and a command: it prints `entrypoint <its arguments>` and runs until it is stopped. */
export const TEST_ENTRYPOINT_IMAGE = "openfactory/test-entrypoint:1";

/** How an image is configured beyond its files: Dockerfile instructions (Engine API, ImageCreate, `changes`). */
const PLAIN = ['CMD ["sh"]', "ENV PATH=/bin", "ENV IMAGE_VARIABLE=of-the-image"];
const WITH_ENTRYPOINT = [
  'ENTRYPOINT ["/bin/entrypoint"]',
  'CMD ["of","the","image"]',
  "ENV PATH=/bin",
  "ENV IMAGE_VARIABLE=of-the-image",
  "WORKDIR /srv",
];
/** Images of an older making are made anew. */
const MADE_AS = "org.openfactory.deploy.test.image";
const MAKING = "2";
const REGISTRY_IMAGE = "busybox:stable";

// As the first process of a container, a shell without a trap would not end when it is told to.
const ENTRYPOINT_SCRIPT =
  '#!/bin/sh\ntrap "exit 0" TERM INT\necho "entrypoint $*"\nwhile :; do sleep 3600 & wait $!; done\n';

/**
 * Makes sure that the engine has a busybox image under the name `tag`, made without a registry where that can be.
 * Returns true when it was made now, false when it was there.
 * @throws TestEngineError when there is no busybox here and none can be pulled
 */
export function ensureTestImage(engine: RawEngine, tag: string = TEST_IMAGE, log: Log = logToStderr): Promise<boolean> {
  return ensureImage(engine, tag, PLAIN, log);
}

/** As `ensureTestImage`, for the image with an entrypoint and a command of its own. */
export function ensureEntrypointImage(
  engine: RawEngine,
  tag: string = TEST_ENTRYPOINT_IMAGE,
  log: Log = logToStderr,
): Promise<boolean> {
  return ensureImage(engine, tag, WITH_ENTRYPOINT, log);
}

async function ensureImage(engine: RawEngine, tag: string, changes: string[], log: Log): Promise<boolean> {
  const { status, body } = await engine.request("GET", `/images/${tag}/json`);
  if (status === 200 && body.Config?.Labels?.[MADE_AS] === MAKING) return false;
  const all = [...changes, `LABEL ${MADE_AS}=${MAKING}`];
  const busybox = (await isOfThisArchitecture(engine)) ? await findBusybox(log) : undefined;
  if (busybox) await importRootfs(engine, tag, tar(rootfs(busybox)), all);
  else await pullAndCommit(engine, tag, all);
  return true;
}

/** Makes an image of a file system (Engine API, ImageCreate from `fromSrc=-`). */
export async function importRootfs(
  engine: RawEngine,
  tag: string,
  archive: Buffer | Readable,
  changes: string[],
): Promise<void> {
  // The tag goes with the repository, as the docker command gives it: Podman does not look at `tag` here.
  const query = new URLSearchParams({ fromSrc: "-", repo: tag });
  for (const change of changes) query.append("changes", change);
  failOnError(await engine.call("POST", `/images/create?${query}`, archive));
}

async function pullAndCommit(engine: RawEngine, tag: string, changes: string[]): Promise<void> {
  const query = new URLSearchParams({ fromImage: REGISTRY_IMAGE.split(":")[0]!, tag: REGISTRY_IMAGE.split(":")[1]! });
  const pulled = await engine.request("POST", `/images/create?${query}`);
  if (pulled.status >= 400) {
    throw new TestEngineError(
      `No static busybox is here and ${REGISTRY_IMAGE} cannot be pulled: install Debian's busybox-static.`,
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

/** The engine answers 200 and tells of a failure in the last of its lines of JSON. */
function failOnError(body: unknown): void {
  const failure = /"error":"([^"]*)"/.exec(typeof body === "string" ? body : JSON.stringify(body));
  if (failure) throw new TestEngineError(`The engine could not make the image: ${failure[1]}`);
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
      "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\napp:x:1000:1000:app:/:/bin/sh\n",
    ),
    file("etc/group", "root:x:0:\nnogroup:x:65534:\napp:x:1000:\n"),
    file("srv/index.html", "hello from the test image\n"),
    file("bin/entrypoint", ENTRYPOINT_SCRIPT, 0o755),
    { path: "bin/busybox", mode: 0o755, content: binary },
    ...commands.map((name) => ({ path: `bin/${name}`, mode: 0o777, linkTo: "busybox" })),
  ];
}
