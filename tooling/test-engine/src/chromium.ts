import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { missingPackages } from "./debian-packages.js";
import { type Log, logToStderr, TestEngineError } from "./errors-and-log.js";
import { withLock } from "./locks.js";
import { hasCommand, mustRun, runCommand } from "./run-command.js";
import { settings } from "./settings.js";

/** Where headless Chromium is, and the variables that it needs. */
export interface Chromium {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

const SHELL = "chromium-headless-shell";
const DATA = "chromium-common";
/** Text would be empty boxes without a font. */
const FONT = "fonts-dejavu-core";

/**
 * Headless Chromium: an installed one, or Debian's packages (about 120 MB) with the libraries that the machine lacks,
 * unpacked into the cache. Installs nothing.
 * @throws TestEngineError on a machine without Chromium and apt-get, or if a package can't be downloaded.
 */
export async function findChromium(log: Log = logToStderr): Promise<Chromium> {
  const { cache, run } = settings();
  const folder = join(cache, "packages", SHELL);
  const unpacked = (): Chromium => {
    const libraries = readdirSync(join(folder, "usr/lib"), { recursive: true, withFileTypes: true })
      .filter(({ name }) => /\.so(\.|$)/.test(name))
      .map(({ parentPath }) => parentPath);
    return {
      path: join(folder, "usr/lib/chromium", SHELL),
      env: { LD_LIBRARY_PATH: [...new Set(libraries)].join(":"), XDG_DATA_HOME: join(folder, "usr/share") },
    };
  };
  if (existsSync(folder)) return unpacked();
  for (const name of [SHELL, "chromium", "google-chrome"]) if (await hasCommand(name)) return { path: name, env: {} };
  if (!(await hasCommand("apt-get"))) {
    throw new TestEngineError("This machine has neither Chromium nor apt-get. Install Chromium.");
  }
  return withLock(join(run, "apt.lock"), async () => {
    if (existsSync(folder)) return unpacked();
    log(`Downloading the Debian package ${SHELL} (unpacked into the cache, not installed)`);
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(join(fresh, "root"), { recursive: true });
    await mustRun("apt-get", ["download", SHELL, DATA, ...(await missingLibraries())], { cwd: fresh });
    for (const archive of readdirSync(fresh).filter((file) => file.endsWith(".deb"))) {
      await mustRun("dpkg-deb", ["-x", join(fresh, archive), join(fresh, "root")]);
    }
    renameSync(join(fresh, "root"), folder);
    rmSync(fresh, { recursive: true });
    return unpacked();
  });
}

/** The packages with libraries of Chromium that are not installed, and a font. Reads apt's lists; changes nothing. */
async function missingLibraries(): Promise<string[]> {
  const listed = await showPackage();
  const needed = (/^Depends: (.*)$/m.exec(listed)?.[1] ?? "")
    .split(",")
    .map((each) => each.trim().split(/[ :|]/)[0] ?? "")
    .filter((name) => name !== DATA && name !== "");
  const archives = mkdtempSync(join(settings().run, "apt-"));
  mkdirSync(join(archives, "partial"));
  try {
    // With an empty directory of archives, apt lists packages that were downloaded before, too.
    const options = ["-o", `Dir::Cache::archives=${archives}`, "-o", "Debug::NoLocking=1", "--no-install-recommends"];
    const uris = await mustRun("apt-get", ["install", "-qq", "--print-uris", ...options, ...needed, FONT]);
    const names = uris.split("\n").flatMap((line) => / ([^ _]+)_[^ ]*\.deb /.exec(line)?.[1] ?? []);
    return await missingPackages([...new Set(names)]);
  } finally {
    rmSync(archives, { recursive: true, force: true });
  }
}

/** Apt's entry of the newest version. Updates the lists once if they don't have it. */
async function showPackage(): Promise<string> {
  const show = () => runCommand("apt-cache", ["--no-all-versions", "show", SHELL]);
  const listed = await show();
  if (listed.code === 0) return listed.stdout;
  if (process.getuid?.() === 0) await mustRun("apt-get", ["-q", "update"], { shielded: true });
  const again = await show();
  if (again.code === 0) return again.stdout;
  throw new TestEngineError(`Debian's package ${SHELL} is not available here. Install Chromium.`);
}
