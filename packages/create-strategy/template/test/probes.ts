import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ContractProbes, ObservedSettings } from "@openfactory/strategy-contract-tests";

/**
 * Looks at the platform itself, past the strategy and its client: here at the files, in yours with a call of its own.
 * What the strategy says of itself is what is being tested.
 */
export function probesOf(folder: string): ContractProbes {
  const read = async (name: string): Promise<(Omit<ObservedSettings, "ids"> & { id: string }) | undefined> => {
    const files = await readdir(folder);
    if (!files.includes(`${name}.json`)) return undefined;
    return JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
  };

  return {
    settings: async (name) => {
      const service = await read(name);
      if (service === undefined) return undefined;
      const { id, image, env, labels } = service;
      return { ids: [id], image, env, labels };
    },
    names: async () => (await readdir(folder)).map((file) => file.replace(/\.json$/, "")),
    instances: async (name) => {
      const service = await read(name);
      return service === undefined ? [] : [{ id: service.id, running: true }];
    },
    // The stand-in runs nothing, so that nothing is written.
    output: async () => [],
  };
}
