import { DeploymentError, type Resource, type ResourceSpec } from "@openfactory/deploy-core";
import { type DockerEngine, engineFault, type NetworkDetails, networkUsers } from "@openfactory/docker-engine";
import { OPERATION_LABEL, withoutOwnLabels } from "@openfactory/docker-translators";
import { listedName } from "../family/member.js";
import { alreadyExists, labelFilter, notThere } from "./faults.js";
import type { Kind } from "./kinds.js";
import { made, type Making } from "./made.js";

type NetworkSpec = Extract<ResourceSpec, { kind: "network" }>;

/** The engine's own, which nobody makes or removes. */
const PREDEFINED: ReadonlySet<string> = new Set(["bridge", "host", "none"]);
const FORBIDDEN = 403;

const toResource = (network: NetworkDetails): Resource => ({
  kind: "network",
  name: network.Name,
  id: network.Id,
  labels: withoutOwnLabels(network.Labels ?? {}),
  ...(isSwarms(network) && { orchestrator: "Docker Swarm" }),
});

const isEngines = ({ Name, Ingress }: NetworkDetails): boolean => PREDEFINED.has(Name) || Ingress;

/** A network of the swarm that this strategy did not make: the platform swarm made it, or docker stack. */
const isSwarms = ({ Scope, Labels }: NetworkDetails): boolean =>
  Scope === "swarm" && Labels?.[OPERATION_LABEL] === undefined;

/** Names match by part, and older engines let several have one. */
const named = async (engine: DockerEngine, name: string, signal?: AbortSignal): Promise<NetworkDetails[]> =>
  (await engine.networks.list({ name: [name] }, { signal })).filter(({ Name }) => Name === name);

export const networkKind: Kind<NetworkSpec> = {
  async list(engine, { labels, foreign = false, signal }) {
    const networks = await engine.networks.list(labelFilter(labels), { signal });
    return networks.filter((network) => !isEngines(network) && (foreign || !isSwarms(network))).map(toResource);
  },
  async create(engine, spec, options) {
    if (PREDEFINED.has(spec.name)) throw alreadyExists(spec);
    return made(makingOf(engine, spec), options);
  },
  async find(engine, name, { signal }) {
    const all = await named(engine, name, signal);
    // The platform swarm may have made one of the same name since.
    const found = all.find((network) => !isSwarms(network)) ?? all[0];
    if (found === undefined) throw notThere("network", name, engine);
    if (isEngines(found)) {
      throw new DeploymentError("CONFLICT", `The network ${name} is the engine's own.`, { hint: "Leave it there." });
    }
    if (isSwarms(found)) {
      throw new DeploymentError("CONFLICT", `The network ${name} belongs to Docker Swarm. It was not changed.`, {
        hint: "Use `--platform swarm`, or docker network rm on a manager.",
      });
    }
    return toResource(found);
  },
  remove: (engine, id, { signal }) => engine.networks.remove(id, { signal }),
  // A network of the swarm that a service uses is 400.
  isInUse: (error) => {
    const { statusCode, message = "" } = engineFault(error) ?? {};
    return statusCode === FORBIDDEN || /is in use by|has active endpoints/i.test(message);
  },
  async users(engine, id, { signal }) {
    const containers = await engine.containers.list({ network: [id] }, { signal });
    const others = await networkUsers(engine, { id }, { signal });
    return [...containers.map(listedName), ...others.filter((user) => user.startsWith("service "))];
  },
};

const makingOf = (engine: DockerEngine, spec: NetworkSpec): Making => ({
  spec,
  async create(operation) {
    const { id } = await engine.networks.create({
      Name: spec.name,
      // Before API 1.44 the engine looks for others of the name only if it is told to, and not as one step.
      CheckDuplicate: true,
      Driver: spec.driver ?? "bridge",
      Attachable: spec.attachable ?? true,
      Internal: spec.internal ?? false,
      Options: { ...spec.driverOptions },
      Labels: { ...spec.labels, [OPERATION_LABEL]: operation },
    });
    const [first] = (await named(engine, spec.name)).sort(byAge);
    if (first !== undefined && first.Id !== id) {
      await engine.networks.remove(id);
      return undefined;
    }
    return { kind: "network", name: spec.name, id, labels: { ...spec.labels } };
  },
  remove: ({ id }) => engine.networks.remove(id),
  async lost(operation) {
    return (await engine.networks.list({ label: [`${OPERATION_LABEL}=${operation}`] })).map(toResource);
  },
});

const byAge = (a: NetworkDetails, b: NetworkDetails): number =>
  `${a.Created} ${a.Id}` < `${b.Created} ${b.Id}` ? -1 : 1;
