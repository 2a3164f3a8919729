import { open, readFile } from "node:fs/promises";
import { SENTINEL } from "./executable.mjs";

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
