import { DeploymentError } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

/** Delivers a call to the engine: `apply` takes effect when the explorer decides. */
export type Deliver = <Result>(call: string, apply: () => Result) => Promise<Result>;

interface Config {
  ID: string;
  Spec: { Name: string; Labels: Record<string, string> };
}

const fail = (code: "CONFLICT" | "NOT_FOUND", message: string): never => {
  throw new DeploymentError(code, message, { hint: "None." });
};

/** The volumes and configs of an engine, with the guarantees of a real one and no others. */
export class ModelEngine {
  /** Labels by name. A volume is created once, and later requests get the existing one. It is removed by name only. */
  readonly #volumes = new Map<string, Record<string, string>>();
  /** By id. A name is used once at a time. */
  readonly #configs = new Map<string, Config>();
  #ids = 0;

  /** A client whose calls are delivered by `deliver`. */
  client(deliver: Deliver): DockerEngine {
    const volume = (Name: string) => ({ Name, Labels: this.#volumes.get(Name) ?? fail("NOT_FOUND", Name) });
    return {
      host: "unix:///model.sock",
      close: async () => undefined,
      volumes: {
        create: ({ Name, Labels }: { Name: string; Labels: Record<string, string> }) =>
          deliver(`volume create ${Name}`, () => {
            if (!this.#volumes.has(Name)) this.#volumes.set(Name, Labels);
            return volume(Name);
          }),
        inspect: (name: string) => deliver(`volume inspect ${name}`, () => volume(name)),
        list: () => deliver("volume list", () => [...this.#volumes.keys()].map(volume)),
        remove: (name: string) =>
          deliver(`volume remove ${name}`, () => void (this.#volumes.delete(name) || fail("NOT_FOUND", name))),
      },
      configs: {
        create: ({ Name, Labels }: Config["Spec"]) =>
          deliver(`config create ${Name}`, () => {
            if ([...this.#configs.values()].some(({ Spec }) => Spec.Name === Name)) fail("CONFLICT", Name);
            const ID = `c${(this.#ids += 1)}`;
            this.#configs.set(ID, { ID, Spec: { Name, Labels } });
            return ID;
          }),
        list: () => deliver("config list", () => [...this.#configs.values()]),
        remove: (id: string) =>
          deliver(`config remove ${id}`, () => void (this.#configs.delete(id) || fail("NOT_FOUND", id))),
      },
    } as unknown as DockerEngine;
  }

  /** The state of the engine as text: equal for equal states. */
  state(): string {
    return JSON.stringify([[...this.#volumes].sort(), [...this.#configs].sort()]);
  }

  /** Names of the objects that exist. */
  objects(): string[] {
    return [...this.#volumes.keys(), ...[...this.#configs.values()].map(({ Spec }) => Spec.Name)];
  }
}
