import type { DeployRequest } from "@openfactory/deploy-core";
import type { Suite } from "../suite.js";

type Part = Partial<DeployRequest>;

/** A piece of a request, whose meaning on the engine is checked field by field. */
export interface FieldSample {
  title: string;
  /** Makes what the piece refers to (networks, secrets, ...) where the strategy honours it. */
  part: Part | ((suite: Suite) => Promise<Part>);
  /** Engines in use lack it: a strategy may find out at the deploy only, and refuse it then. */
  recent?: boolean;
  /** It asks for what holds without it, too, or for what the suite asks for anyway: settings are the same with it. */
  usual?: boolean;
}

export const partOf = async ({ part }: FieldSample, suite: Suite): Promise<Part> =>
  typeof part === "function" ? part(suite) : part;
