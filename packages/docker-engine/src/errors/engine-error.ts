import { DeploymentError } from "@openfactory/deploy-core";
import type { EngineFault } from "../engine-fault.js";

/** The engine's own error in a DeploymentError of this package, if it has one. */
export function engineFault(error: unknown): EngineFault | undefined {
  if (!DeploymentError.isInstance(error)) return undefined;
  const fault = error.cause as Partial<EngineFault> | undefined;
  return typeof fault === "object" && typeof fault?.message === "string" ? (fault as EngineFault) : undefined;
}
