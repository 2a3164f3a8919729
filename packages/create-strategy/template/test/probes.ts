import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContractProbes, ObservedSettings } from "@openfactory/strategy-contract-tests";

/**
 * Reads the state of the platform without the strategy and its client, so that the tests don't depend on the code under test.
 * The placeholder's state is in files; use a command or an API of your platform instead.
 */
export function createProbes(folder: string): ContractProbes {
  const readService = async (name: string): Promise<(Omit<ObservedSettings, "ids"> & { id: string }) | undefined> => {
    const files = await readdir(folder);
    if (!files.includes(`${name}.json`)) return undefined;
    return JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
  };

  return {
    settings: async (name) => {
      const service = await readService(name);
      if (service === undefined) return undefined;
      const { id, image, env, labels } = service;
      return { ids: [id], image, env, labels };
    },
    names: async () => (await readdir(folder)).map((file) => file.replace(/\.json$/, "")),
    instances: async (name) => {
      const service = await readService(name);
      return service === undefined ? [] : [{ id: service.id, running: true }];
    },
    // The placeholder runs no process, so there is no output.
    output: async () => [],
  };
}
