import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The libraries that Node loads on Linux. */
const LIBRARIES = ["libc6", "libgcc-s1", "libstdc++6"];

/**
 * Unpacks qemu and the libraries of Debian's packages below `work`, without installing them.
 * @returns runs an executable for Linux on arm64 with arguments; undefined if this machine can't download the packages
 */
export async function emulateArm64(work) {
  const root = join(work, "arm64");
  await mkdir(join(root, "state", "lists", "partial"), { recursive: true });
  await mkdir(join(root, "cache", "archives", "partial"), { recursive: true });
  await mkdir(join(root, "debs"), { recursive: true });
  await writeFile(join(root, "status"), "");
  const paths = { "Dir::State": "state", "Dir::Cache": "cache", "Dir::State::status": "status" };
  const settings = [
    ...Object.entries(paths).map(([name, path]) => `${name}=${join(root, path)}`),
    "APT::Architecture=arm64",
    "APT::Architectures=arm64",
  ];
  const apt = settings.flatMap((setting) => ["-o", setting]);
  const cwd = join(root, "debs");
  try {
    await run("apt-get", ["download", "qemu-user-static"], { cwd });
    await run("apt-get", [...apt, "update"], { cwd });
    await run("apt-get", [...apt, "download", ...LIBRARIES], { cwd });
  } catch {
    return undefined;
  }
  for (const deb of await readdir(cwd)) await run("dpkg-deb", ["--extract", join(cwd, deb), join(root, "root")]);
  const qemu = join(root, "root", "usr", "bin", "qemu-aarch64-static");
  return (file, args) => run(qemu, ["-L", join(root, "root"), file, ...args]);
}
