import { delimiter } from "node:path";
import { temporaryDirectory } from "./temporary-directory.js";

/** An environment in whose PATH these programs (name to text of a shell script) come first. */
export function withPrograms(programs: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const scripts = Object.entries(programs).map(([name, script]) => [name, `#!/bin/sh\n${script}\n`]);
  const directory = temporaryDirectory(Object.fromEntries(scripts));
  return { ...process.env, PATH: `${directory}${delimiter}${process.env["PATH"]}` };
}
