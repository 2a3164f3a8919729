import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Log, logToStderr, TestEngineError } from "./errors-and-log.js";
import { withLock } from "./locks.js";
import { hasCommand, mustRun, runCommand } from "./run-command.js";
import { settings } from "./settings.js";

const POLICY = "/usr/sbin/policy-rc.d";
const POLICY_SAVED = `${POLICY}.saved-by-openfactory-deploy`;
const NO_SERVICES = "#!/bin/sh\n# openfactory-deploy: no service starts during this installation.\nexit 101\n";
const QUIET = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };
let listsAreFresh = false;

/**
 * Installs missing Debian packages, without starting their services.
 * @param purpose why they are needed, such as `a registry with TLS`
 * @throws TestEngineError with what to do, on a machine without apt, without root, or if installation is forbidden
 */
export async function installPackages(names: string[], purpose: string, log: Log = logToStderr): Promise<void> {
  const missing = await missingPackages(names);
  if (missing.length === 0) return;
  const wanted = missing.join(", ");
  if (!(await hasCommand("apt-get"))) {
    throw new TestEngineError(
      `${purpose} requires ${wanted}, but this machine has no apt-get. Install and start a Docker Engine, or set DOCKER_HOST to an engine.`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new TestEngineError(
      `${purpose} requires ${wanted}, but only root can install packages. Run \`sudo apt-get install ${missing.join(" ")}\`, or start a Docker Engine.`,
    );
  }
  const use = settings();
  if (!use.mayInstall) {
    throw new TestEngineError(
      `${purpose} requires ${wanted}, but OPENFACTORY_TEST_INSTALL=0 forbids installation. Install the packages, or set DOCKER_HOST to an engine.`,
    );
  }
  log(`Installing Debian packages for ${purpose}: ${wanted}`);
  await withLock(join(use.run, "apt.lock"), async () => {
    await refreshLists();
    await withoutServices(() =>
      aptGet(["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", ...missing]),
    );
  });
}

/**
 * Unpacks a Debian package into the cache, without installation or root. Returns the folder.
 * @throws TestEngineError if the package can't be downloaded
 */
export async function unpackPackage(name: string, log: Log = logToStderr): Promise<string> {
  const { cache, run } = settings();
  const folder = join(cache, "packages", name);
  if (existsSync(folder)) return folder;
  return withLock(join(run, "apt.lock"), async () => {
    if (existsSync(folder)) return folder;
    log(`Downloading the Debian package ${name} (unpacked into the cache, not installed)`);
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    const download = () => runCommand("apt-get", ["download", name], { cwd: fresh, env: QUIET });
    if ((await download()).code !== 0) {
      if (process.getuid?.() === 0) await refreshLists();
      await mustRun("apt-get", ["download", name], { cwd: fresh, env: QUIET });
    }
    const [archive] = readdirSync(fresh).filter((file) => file.endsWith(".deb"));
    await mustRun("dpkg-deb", ["-x", join(fresh, archive ?? ""), join(fresh, "root")]);
    renameSync(join(fresh, "root"), folder);
    rmSync(fresh, { recursive: true });
    return folder;
  });
}

/** The packages that are not installed. */
export async function missingPackages(names: string[]): Promise<string[]> {
  const installed = await runCommand("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names]).catch(
    () => ({ stdout: "" }),
  );
  const present = new Set(
    installed.stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return names.filter((name) => !present.has(name));
}

async function refreshLists(): Promise<void> {
  if (!listsAreFresh) await aptGet(["update"]);
  listsAreFresh = true;
}

/** Protected from Ctrl-C, since an interrupted installation breaks the machine's package system. */
async function aptGet(args: string[]): Promise<void> {
  await mustRun("apt-get", ["-q", ...args], { env: QUIET, shielded: true });
}

/** Debian's packages start their services when installed, unless policy-rc.d forbids it (Debian Policy 9.3.3.1). */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  const isOurs = existsSync(POLICY) && readFileSync(POLICY, "utf8") === NO_SERVICES;
  if (existsSync(POLICY) && !isOurs) renameSync(POLICY, POLICY_SAVED);
  writeFileSync(POLICY, NO_SERVICES, { mode: 0o755 });
  const restore = () => {
    if (existsSync(POLICY_SAVED)) renameSync(POLICY_SAVED, POLICY);
    else rmSync(POLICY, { force: true });
  };
  process.once("exit", restore);
  try {
    return await work();
  } finally {
    process.removeListener("exit", restore);
    restore();
  }
}
