import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun, runCommand, settings } from "@openfactory/test-engine";

const MIRROR = "http://deb.debian.org/debian";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Unpacks a Debian package of any suite into the cache, with separate package lists. Neither installs it nor changes the
 * machine's lists. Returns the folder. `OPENFACTORY_DEBIAN_MIRROR` sets the mirror.
 * @throws TestEngineError if it is not available.
 */
export async function unpackFromSuite(suite: string, name: string, log: (line: string) => void): Promise<string> {
  const base = join(settings().cache, "suites", suite);
  const folder = join(base, "packages", name);
  if (existsSync(folder)) return folder;
  log(`Downloading ${name} of Debian ${suite} (unpacked into the cache, not installed)`);
  for (const each of ["lists/partial", "cache/archives/partial", "packages"])
    mkdirSync(join(base, each), { recursive: true });
  const sources = join(base, "sources.list");
  const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : "";
  writeFileSync(sources, `deb ${signed}${process.env["OPENFACTORY_DEBIAN_MIRROR"] ?? MIRROR} ${suite} main\n`);
  const settingsOf = {
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": join(base, "lists"),
    "Dir::Cache": join(base, "cache"),
  };
  const options = Object.entries(settingsOf).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  if (readdirSync(join(base, "lists")).length < 2) await mustRun("apt-get", [...options, "update"]);
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await mustRun("apt-get", [...options, "download", name], { cwd: fresh });
  const [archive = ""] = readdirSync(fresh).filter((file) => file.endsWith(".deb"));
  await mustRun("dpkg-deb", ["-x", join(fresh, archive), join(fresh, "root")]);
  renameSync(join(fresh, "root"), folder);
  rmSync(fresh, { recursive: true });
  return folder;
}

/** The newest version of a package in the machine's suite. */
export async function candidate(name: string): Promise<string | undefined> {
  const { stdout } = await runCommand("apt-cache", ["policy", name]).catch(() => ({ stdout: "" }));
  return /Candidate: (\d\S*)/.exec(stdout)?.[1];
}
