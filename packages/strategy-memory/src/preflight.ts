import {
  type NormalizedRequest,
  parseRequest,
  type PreflightProblem,
  type PreflightRequest,
  volumeDifference,
} from "@openfactory/deploy-core";
import type { MemoryEngine } from "./engine.js";
import { findMissing, findPortInUse, type MissingRequirement } from "./requirements.js";

/** The problems that would make the deploys of these requests fail, or have an unexpected effect. */
export function preflight(engine: MemoryEngine, requests: readonly PreflightRequest[]): PreflightProblem[] {
  const all = requests.map(({ request, updates }) => ({ request: parseRequest(request), updates }));
  const updated = new Set(all.filter(({ updates }) => updates).map(({ request }) => request.name));
  const staying = [...engine.services.values()].map(({ request }) => request).filter(({ name }) => !updated.has(name));
  return all.flatMap(({ request, updates }, index) => {
    const others = [...staying, ...all.slice(0, index).map((earlier) => earlier.request)];
    const found = [
      ...(updates ? [] : nameInUse(engine, request)),
      ...findMissing(engine, request),
      ...findPortInUse(
        request,
        others.filter(({ name }) => name !== request.name),
      ),
      ...otherVolumes(engine, request),
    ];
    return found.map((missing): PreflightProblem => ({ ...missing, service: request.name }));
  });
}

const nameInUse = (engine: MemoryEngine, { name }: NormalizedRequest): MissingRequirement[] =>
  engine.services.has(name)
    ? [
        {
          code: "ALREADY_EXISTS",
          field: "name",
          message: `A service named ${name} already exists`,
          hint: "Choose another name, or remove the existing service first.",
        },
      ]
    : [];

/** Existing volumes with other options, which a deploy would not change. */
const otherVolumes = (engine: MemoryEngine, { mounts = [] }: NormalizedRequest): MissingRequirement[] =>
  mounts.flatMap(({ Source = "", VolumeOptions }, index): MissingRequirement[] => {
    const existing = engine.resources.get("volume", Source);
    const options = VolumeOptions?.DriverConfig?.Options;
    const difference =
      existing && options && volumeDifference({ Options: existing.driverOptions }, { Options: options });
    if (difference === undefined) return [];
    const message = `Volume ${Source} exists with ${difference}, and would be mounted unchanged`;
    return [{ code: "CONFLICT", field: `mounts[${index}]`, message, hint: "Remove the volume, or use another name." }];
  });
