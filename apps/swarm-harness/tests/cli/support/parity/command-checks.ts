import type { DeployRequest } from "@openfactory/deploy-core";
import type { MemoryOptions } from "@openfactory/strategy-memory";
import { expect } from "vitest";
import { makeProgram } from "../../../../../cli/src/program.js";
import { resetMemory } from "../memory-plugin.js";
import { captureIo, type Ran, Workplace } from "../run-ofdeploy.js";
import type { Check } from "./case.js";

const commands = (): Map<string, string[]> =>
  new Map(
    makeProgram(captureIo("/"), "0", () => {}).commands.map((command) => [
      command.name(),
      command.options.map(({ long }) => long ?? ""),
    ]),
  );

/** `ofdeploy` has a command, with these options. */
export const hasCommand =
  (name: string, ...options: string[]): Check =>
  async () => {
    expect([...commands().keys()]).toContain(name);
    expect(commands().get(name)).toEqual(expect.arrayContaining(options));
  };

export const hasNoCommand =
  (...names: string[]): Check =>
  async () => {
    for (const name of names) expect([...commands().keys()]).not.toContain(name);
  };

/**
 * Runs commands on the platform `memory`, in a directory with these files; `expected` sees what each printed.
 * @param options.existing services of another tool, which are there before.
 */
export const runs =
  (
    files: Readonly<Record<string, string>>,
    lines: readonly string[],
    expected: (ran: Ran[], services: string[]) => void,
    { existing = [], ...options }: MemoryOptions & { existing?: readonly DeployRequest[] } = {},
  ): Check =>
  async () => {
    const memory = resetMemory(options);
    for (const request of existing) await memory.deploy(request);
    const place = new Workplace();
    try {
      for (const [name, text] of Object.entries(files)) place.write(text, name);
      const ran: Ran[] = [];
      for (const line of lines) ran.push(await place.run(...line.split(" ")));
      expected(ran, [...memory.engine.services.keys()].sort());
    } finally {
      place.remove();
    }
  };

/** What `validate`, which asks no engine, prints for a file. */
export const validates =
  (
    text: string,
    args: readonly string[],
    env: Record<string, string>,
    expected: (ran: Ran) => void,
    ofaenv = "",
  ): Check =>
  async () => {
    const place = new Workplace().write(text).write(ofaenv, ".ofaenv");
    try {
      expected(await place.runWith(captureIo(place.folder, { env }), ["validate", ...args]));
    } finally {
      place.remove();
    }
  };

/** The platform that is chosen in an environment, and with a `.ofaenv`. */
export const choosesPlatform = (env: Record<string, string>, platform: string, ofaenv = ""): Check =>
  validates(
    "apps: {web: {uuid: WEB, image: x}}\n",
    [],
    env,
    ({ out }) => expect(out).toContain(`valid for ${platform}`),
    ofaenv,
  );
