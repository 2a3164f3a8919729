import { execFile } from "node:child_process";
import { mkdir, open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { SENTINEL } from "./executable.mjs";

const run = promisify(execFile);

/** The machine of a header: e_machine of ELF (elf.h), Machine of PE (winnt.h). */
const MACHINES = {
  "linux-x64": ["ELF", 0x3e],
  "linux-arm64": ["ELF", 0xb7],
  "win-x64": ["PE", 0x8664],
  "win-arm64": ["PE", 0xaa64],
};

/**
 * Checks that an executable is of the target's format and processor, and that its fuse is set: it then starts the script that
 * was added. Knows no executables of macOS, which `codesign` checks.
 * @throws Error with what is wrong
 */
export async function checkFormat(file, target) {
  if (MACHINES[target] === undefined) return;
  const header = Buffer.alloc(4096);
  const handle = await open(file);
  await handle.read(header, 0, header.length, 0);
  await handle.close();
  const found = machineOf(header);
  if (String(found) !== String(MACHINES[target]))
    throw new Error(`${file} is not an executable for ${target}: its header says ${found.join(" ")}.`);
  if (!(await readFile(file)).includes(`${SENTINEL}:1`))
    throw new Error(`${file} would start Node without the command.`);
}

function machineOf(header) {
  if (header.toString("latin1", 0, 4) === "\x7fELF") return ["ELF", header.readUInt16LE(18)];
  if (header.toString("latin1", 0, 2) !== "MZ") return ["unknown", 0];
  const start = header.readUInt32LE(0x3c);
  return header.toString("latin1", start, start + 4) === "PE\0\0" ? ["PE", header.readUInt16LE(start + 4)] : ["MZ", 0];
}

/** The libraries that an executable for Linux loads. */
const LIBRARIES = ["libc6", "libgcc-s1", "libstdc++6"];

/**
 * Runs `--version` of an executable for Linux on arm64 in emulation, with qemu and the libraries of Debian's packages, which
 * are unpacked below `work` and not installed.
 * @returns its output; undefined if this machine can't download the packages
 */
export async function emulateArm64(file, work) {
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
  return (await run(qemu, ["-L", join(root, "root"), file, "--version"])).stdout.trim();
}
