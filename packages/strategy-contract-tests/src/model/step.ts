import type { DeployRequest } from "@openfactory/deploy-core";

/** What a step gives a service, beside its name. */
export interface Settings {
  part: Partial<DeployRequest>;
  /** How many networks it joins. */
  networks?: number;
  /** Which of the run's few host ports it publishes: so that services get in each other's way. */
  port?: number;
}

/** What goes wrong in a step; `abort` is the number of progress events after which the caller aborts, 0 being before the call. */
export type Fault = "missing image" | "missing network" | "invalid request" | { abort: number };

/**
 * One step of a random run. `place` is one of a handful of names. Every step means something in every state (removing
 * what isn't there is a step as well), so that steps are plain data, and a run replays by its seed and path.
 */
export type Step =
  | { do: "deploy"; place: number; settings: Settings; fault?: Fault }
  | { do: "remove"; place: number }
  | { do: "scale"; place: number; replicas: number }
  | { do: "update"; place: number; settings: Settings; fault?: Fault }
  | { do: "rollback"; place: number };
