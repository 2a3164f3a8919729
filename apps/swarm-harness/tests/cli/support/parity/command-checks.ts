import { run } from "ofdeploy";
import type { DeployRequest } from "@openfactory/deploy-core";
import type { MemoryOptions } from "@openfactory/strategy-memory";
import { expect } from "vitest";
import { resetMemory } from "../memory-plugin.js";
import { captureIo, type CommandResult, TestProject } from "../run-ofdeploy.js";
import type { Check } from "./case.js";

/** The words that complete a command line. */
async function complete(...words: string[]): Promise<string[]> {
  const io = captureIo(process.cwd());
  expect(await run(["__complete", String(words.length - 1), ...words], io)).toBe(0);
  return [...io.stdout.text.matchAll(/^([\w-]+)\t/gm)].map(([, word = ""]) => word);
}

/** `ofdeploy` has the command, with these options. */
export const hasCommand =
  (name: string, ...options: string[]): Check =>
  async () => {
    expect(await complete("")).toContain(name);
    expect(await complete(name, "--")).toEqual(expect.arrayContaining(options));
  };

export const hasNoCommand =
  (...names: string[]): Check =>
  async () => {
    const known = new Set(await complete(""));
    for (const name of names) expect(known.keys()).not.toContain(name);
  };

/**
 * Runs commands on the platform `memory`, in a directory with these files. `expected` checks their output.
 * @param options.existing services that another tool created before.
 */
export const runs =
  (
    files: Readonly<Record<string, string>>,
    lines: readonly string[],
    expected: (ran: CommandResult[], services: string[]) => void,
    { existing = [], ...options }: MemoryOptions & { existing?: readonly DeployRequest[] } = {},
  ): Check =>
  async () => {
    const memory = resetMemory(options);
    for (const request of existing) await memory.deploy(request);
    const project = new TestProject();
    try {
      for (const [name, text] of Object.entries(files)) project.write(text, name);
      const ran: CommandResult[] = [];
      for (const line of lines) ran.push(await project.run(...line.split(" ")));
      expected(ran, [...memory.engine.services.keys()].sort());
    } finally {
      project.remove();
    }
  };

/** Runs `validate` on a file. `expected` checks its output. */
export const validates =
  (
    text: string,
    args: readonly string[],
    env: Record<string, string>,
    expected: (ran: CommandResult) => void,
    ofaenv = "",
  ): Check =>
  async () => {
    const project = new TestProject().write(text).write(ofaenv, ".ofaenv");
    try {
      expected(await project.runWith(captureIo(project.folder, { env }), ["validate", ...args]));
    } finally {
      project.remove();
    }
  };

/** The platform that the command uses with these variables and this `.ofaenv`. */
export const choosesPlatform = (env: Record<string, string>, platform: string, ofaenv = ""): Check =>
  validates(
    "apps: {web: {uuid: WEB, image: x}}\n",
    [],
    env,
    ({ out }) => expect(out).toContain(`valid for ${platform}`),
    ofaenv,
  );
