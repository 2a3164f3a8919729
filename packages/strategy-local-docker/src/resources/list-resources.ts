import type { ListResourcesOptions, Resource } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { kindOf, resourceKinds } from "./kinds.js";

/** The resources of an engine that are not its own, by kind and name. Of a kind that it does not have there are none. */
export async function listResources(engine: DockerEngine, options: ListResourcesOptions): Promise<Resource[]> {
  const kinds = resourceKinds.filter((kind) => options.kinds?.includes(kind) ?? true);
  const found = await Promise.all(kinds.map((kind) => kindOf(kind).list(engine, options)));
  // Engines match labels by name and value; what they match besides, by version, is not counted on.
  const wanted = Object.entries(options.labels ?? {});
  const all = found.flat().filter(({ labels }) => wanted.every(([label, value]) => labels[label] === value));
  return all.sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));
}
