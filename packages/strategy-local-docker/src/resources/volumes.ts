import { DeploymentError, type Resource, type ResourceSpec } from "@openfactory/deploy-core";
import type { DockerEngine, VolumeDetails } from "@openfactory/docker-engine";
import { OPERATION_LABEL, withoutOwnLabels } from "@openfactory/docker-translators";
import { listedName } from "../family/member.js";
import { LOCK_LABEL } from "../lock.js";
import { labelFilter, notThere } from "./faults.js";
import type { Kind } from "./kinds.js";
import { made, type Making } from "./made.js";

type VolumeSpec = Extract<ResourceSpec, { kind: "volume" }>;

const toResource = ({ Name, Labels }: VolumeDetails): Resource => ({
  kind: "volume",
  name: Name,
  id: Name,
  labels: withoutOwnLabels(Labels ?? {}),
});

export const volumeKind: Kind<VolumeSpec> = {
  async list(engine, { labels, signal }) {
    const volumes = await engine.volumes.list(labelFilter(labels), { signal });
    // A lock is a volume that nobody uses.
    return volumes.filter(({ Labels }) => Labels?.[LOCK_LABEL] === undefined).map(toResource);
  },
  create: (engine, spec, options) => made(makingOf(engine, spec), options),
  async find(engine, name, { signal }) {
    try {
      return toResource(await engine.volumes.inspect(name, { signal }));
    } catch (error) {
      throw DeploymentError.isInstance(error, "NOT_FOUND") ? notThere("volume", name, engine) : error;
    }
  },
  remove: (engine, id, { signal }) => engine.volumes.remove(id, { signal }),
  isInUse: (error) => DeploymentError.isInstance(error, "CONFLICT"),
  async users(engine, id, { signal }) {
    return (await engine.containers.list({ volume: [id] }, { signal })).map(listedName);
  },
};

const makingOf = (engine: DockerEngine, spec: VolumeSpec): Making => ({
  spec,
  async create(operation) {
    // Of a name that is there already, the engine answers with the volume that is there.
    const volume = await engine.volumes.create({
      Name: spec.name,
      Driver: spec.driver ?? "local",
      DriverOpts: { ...spec.driverOptions },
      Labels: { ...spec.labels, [OPERATION_LABEL]: operation },
    });
    return volume.Labels?.[OPERATION_LABEL] === operation ? toResource(volume) : undefined;
  },
  remove: ({ name }) => engine.volumes.remove(name),
  async lost(operation) {
    return (await engine.volumes.list({ label: [`${OPERATION_LABEL}=${operation}`] })).map(toResource);
  },
});
