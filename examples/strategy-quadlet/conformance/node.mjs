// The node of the tests: Podman with systemd in a container, from Debian's packages.
import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodeRights } from "../../../apps/swarm-harness/dist/capabilities.js";
import {
  importRootfs,
  installPackages,
  mustRun,
  runCommand,
  settings,
} from "../../../tooling/test-engine/dist/index.js";

/** Another version is built again. */
const IMAGE = "openfactory/quadlet-node:3";
const LABEL = "org.openfactory.deploy.test";
const DEFAULT_MIRROR = "http://deb.debian.org/debian";
/** Trixie has Podman 5.4 and systemd 257. */
const SUITE = "trixie";
const PACKAGES = [
  "podman netavark aardvark-dns catatonit crun iptables ca-certificates",
  "systemd systemd-sysv dbus busybox-static docker-registry",
].flatMap((line) => line.split(" "));
/** Generators that a container does not need, and that run at each reload. */
const GENERATORS = [
  "debug",
  "fstab",
  "getty",
  "gpt-auto",
  "hibernate-resume",
  "rc-local",
  "run",
  "ssh",
  "system-update",
  "sysv",
  "tpm2",
];
const EXCLUDED = [
  "./dev/*",
  "./proc/*",
  "./sys/*",
  "./var/cache/*",
  "./var/lib/apt/lists/*",
  "./usr/share/doc",
  "./usr/share/man",
];
const START_TIMEOUT_MS = 120_000;

/** Provides the image of the node on the engine: a minute at first, then from the cache. */
export async function ensureNodeImage(engine, log) {
  if ((await engine.request("GET", `/images/${IMAGE}/json`)).status === 200) return IMAGE;
  const archive = join(settings().cache, "nodes", `quadlet-${IMAGE.split(":")[1]}.tar`);
  if (!existsSync(archive)) await build(archive, log);
  log(`Importing ${IMAGE}`);
  await importRootfs(engine, IMAGE, createReadStream(archive), ["VOLUME /var/lib/containers"]);
  return IMAGE;
}

async function build(archive, log) {
  log(`Building a node with Podman and systemd from Debian ${SUITE}`);
  await installPackages(["debootstrap"], "building a node", log);
  mkdirSync(dirname(archive), { recursive: true });
  const folder = mkdtempSync(join(dirname(archive), "building-"));
  const rootfs = join(folder, "rootfs");
  try {
    const mirror = process.env.OPENFACTORY_DEBIAN_MIRROR ?? DEFAULT_MIRROR;
    const options = ["--variant=minbase", `--include=${PACKAGES.join(",")}`];
    await mustRun("debootstrap", [...options, SUITE, rootfs, mirror, "sid"], { env: { DPKG_FORCE: "unsafe-io" } });
    const generators = join(rootfs, "etc/systemd/system-generators");
    mkdirSync(generators, { recursive: true });
    for (const name of GENERATORS) symlinkSync("/dev/null", join(generators, `systemd-${name}-generator`));
    symlinkSync("/dev/null", join(rootfs, "etc/systemd/system/systemd-modules-load.service"));
    const excludes = EXCLUDED.map((pattern) => `--exclude=${pattern}`);
    await mustRun("tar", ["-C", rootfs, "--numeric-owner", ...excludes, "-cf", `${folder}/rootfs.tar`, "."]);
    renameSync(`${folder}/rootfs.tar`, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Starts a node with a directory of this machine at /work, and Node. Returns its name.
 * @param work the directory with the installed example
 */
export async function startNode(engine, image, name, work) {
  const { CgroupVersion } = await engine.call("GET", "/info");
  await engine.call("POST", `/containers/create?name=${name}`, {
    Image: image,
    Hostname: name,
    Entrypoint: ["/bin/sh", "/work/conformance/node/init.sh"],
    Cmd: [],
    // systemd's signal for a shutdown.
    StopSignal: "SIGRTMIN+3",
    Env: ["container=docker", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    Labels: { [LABEL]: "1" },
    HostConfig: {
      ...nodeRights(),
      Binds: [`${work}:/work`, `${process.execPath}:/usr/local/bin/node:ro`],
      CgroupnsMode: "private",
      Tmpfs: { "/run": "exec", "/tmp": "exec" },
      ...(CgroupVersion === "2" && { Privileged: true }),
    },
  });
  await engine.call("POST", `/containers/${name}/start`);
  await waitUntilBooted(name);
  await mustRun("docker", ["exec", name, "sh", "/work/conformance/node/images.sh"]);
  return name;
}

/** Waits until systemd has started everything. */
export async function waitUntilBooted(name) {
  const end = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const { stdout } = await runCommand("docker", ["exec", name, "systemctl", "is-system-running"]);
    if (/^(?:running|degraded)/.test(stdout)) return;
    if (Date.now() > end) throw new Error(`systemd of ${name} did not start: ${stdout.trim()}`);
    await sleep(200);
  }
}

/** Removes the node with everything in it. */
export const removeNode = (engine, name) => engine.request("DELETE", `/containers/${name}?force=true&v=true`);
