import type { ContractProbes } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { containerSettings } from "./container-settings.js";
import { execIn, writtenLines } from "./exec.js";
import { get } from "./get.js";

// The Engine API's own JSON, which these look-ups take as it comes.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** Sees services as containers of one engine, by exact name. @param published the host that published ports are on. */
export function containerProbes(engine: RawEngine, published = "127.0.0.1"): ContractProbes {
  const find = async (name: string): Promise<Json | undefined> => {
    const { status, body } = await engine.request("GET", `/containers/${name}/json`);
    return status === 200 && body.Name === `/${name}` ? body : undefined;
  };
  const existing = async (name: string): Promise<Json> => {
    const container = await find(name);
    if (container === undefined) throw new Error(`there is no container ${name}`);
    return container;
  };
  return {
    async settings(name) {
      const container = await find(name);
      if (container === undefined) return undefined;
      const image = await engine.request("GET", `/images/${encodeURIComponent(container.Image)}/json`);
      return containerSettings(container, image.status === 200 ? image.body : undefined);
    },
    async names() {
      const all: Json[] = await engine.call("GET", "/containers/json?all=1");
      const states = new Map(all.map(({ Names, State }) => [String(Names[0]).slice(1), String(State)]));
      return [...states.keys()].filter((name) => !isKept(name, states));
    },
    async instances(name) {
      const container = await find(name);
      if (container === undefined) return [];
      const { Running, ExitCode, Health } = container.State;
      return [
        {
          id: container.Id,
          running: Running,
          health: Running && Health?.Status !== "none" ? Health?.Status : undefined,
          exitCode: Running ? undefined : ExitCode,
        },
      ];
    },
    output: async (name) => writtenLines(engine, `/containers/${(await existing(name)).Id}`),
    exec: async (name, words) => execIn(engine, (await existing(name)).Id, words),
    async stop(name) {
      await engine.call("POST", `/containers/${(await existing(name)).Id}/stop?t=1`);
    },
    get: (port) => get(published, port),
    getAt: get,
  };
}

/** The version before the last update, stopped and kept for a rollback, beside the container that has the name. */
const isKept = (name: string, states: ReadonlyMap<string, string>): boolean => {
  const [, service] = /^(.+)\.previous(?:\.[a-z0-9-]+)?$/.exec(name) ?? [];
  return service !== undefined && states.has(service) && states.get(name) !== "running";
};
