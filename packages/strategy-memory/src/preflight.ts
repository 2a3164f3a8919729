import {
  type NormalizedRequest,
  parseRequest,
  type PreflightProblem,
  type PreflightRequest,
  volumeDifference,
} from "@openfactory/deploy-core";
import type { MemoryEngine } from "./engine.js";
import { type Lack, lacks, portLack } from "./needs.js";

/** What would make deploys of these requests fail, or not do what is expected. */
export function preflight(engine: MemoryEngine, requests: readonly PreflightRequest[]): PreflightProblem[] {
  const all = requests.map(({ request, updates }) => ({ request: parseRequest(request), updates }));
  const updated = new Set(all.filter(({ updates }) => updates).map(({ request }) => request.name));
  const staying = [...engine.services.values()].map(({ request }) => request).filter(({ name }) => !updated.has(name));
  return all.flatMap(({ request, updates }, index) => {
    const others = [...staying, ...all.slice(0, index).map((earlier) => earlier.request)];
    const found = [
      ...(updates ? [] : nameInUse(engine, request)),
      ...lacks(engine, request),
      ...portLack(
        request,
        others.filter(({ name }) => name !== request.name),
      ),
      ...otherVolumes(engine, request),
    ];
    return found.map((lack): PreflightProblem => ({ ...lack, service: request.name }));
  });
}

const nameInUse = (engine: MemoryEngine, { name }: NormalizedRequest): Lack[] =>
  engine.services.has(name)
    ? [
        {
          code: "ALREADY_EXISTS",
          field: "name",
          message: `The name ${name} is in use`,
          hint: "Remove that service first, or choose another name.",
        },
      ]
    : [];

/** Volumes that are there with other options: they stay as they are. */
const otherVolumes = (engine: MemoryEngine, { mounts = [] }: NormalizedRequest): Lack[] =>
  mounts.flatMap(({ Source = "", VolumeOptions }, index): Lack[] => {
    const there = engine.resources.get("volume", Source);
    const asked = VolumeOptions?.DriverConfig?.Options;
    const difference = there && asked && volumeDifference({ Options: there.driverOptions }, { Options: asked });
    if (difference === undefined) return [];
    const message = `Volume ${Source} exists with ${difference}, and would be mounted unchanged`;
    return [{ code: "CONFLICT", field: `mounts[${index}]`, message, hint: "Remove it, or use another name." }];
  });
