import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.js";

/** Who uses a thing that several processes share: a folder with one file for each use. */
export interface Leases {
  /** Notes one use by this process; it lapses when the process ends. Returns what ends it. */
  take(): () => void;
  /** Notes a use that lasts until `dropHeld`, whatever process ends. */
  hold(name: string): void;
  /** Ends the use noted by `hold` under this name; all such uses without a name. */
  dropHeld(name?: string): void;
  /** How many uses there are now; those of processes that ended are forgotten. */
  count(): number;
}

const HELD = "held-";

/** The leases kept in `folder`. */
export function leases(folder: string): Leases {
  mkdirSync(folder, { recursive: true });
  const isHeld = (file: string) => file.startsWith(HELD);
  return {
    take() {
      // No number: vitest loads this module once for each project of one process, and each would count from one.
      const file = join(folder, `${process.pid}-${randomUUID()}`);
      writeFileSync(file, JSON.stringify(identify(process.pid)));
      return () => rmSync(file, { force: true });
    },
    hold: (name) => writeFileSync(join(folder, HELD + name), ""),
    dropHeld(name) {
      const held = name === undefined ? readdirSync(folder).filter(isHeld) : [HELD + name];
      for (const file of held) rmSync(join(folder, file), { force: true });
    },
    count() {
      const lapsed = readdirSync(folder).filter((name) => !isHeld(name) && !isInUse(join(folder, name)));
      for (const name of lapsed) rmSync(join(folder, name), { force: true });
      return readdirSync(folder).length;
    },
  };
}

function isInUse(file: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity);
  } catch {
    // Still being written counts as in use, unless it names a process that is gone.
    return identify(Number(file.slice(file.lastIndexOf("/") + 1).split("-")[0])) !== undefined;
  }
}
