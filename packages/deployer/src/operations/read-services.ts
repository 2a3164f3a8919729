import {
  DeploymentError,
  type DeployRequest,
  mapLimit,
  type Mount,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  requireCapability,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { type Owner, OWNERSHIP_LABELS, ownerOf, UUID_LABEL, VOLUME_LABELS } from "../model/labels.js";
import { INSPECT_CONCURRENCY } from "../observe/observe.js";

/** An existing service, as a request. */
export interface ReadService {
  name: string;
  /** The request that deploys the service as it is, without ownership labels. It contains values of `env`. */
  request: DeployRequest;
  /** The project that the service belongs to; undefined if ofdeploy does not manage it. */
  owner?: Owner;
  /** UUID of the asset that the service is, if recorded. */
  uuid?: string;
  /** As {@link ServiceStatus.unmappedSettings}. */
  unmapped: readonly string[];
}

/**
 * Reads existing services, whoever deployed them, as requests.
 * @param names of the services, which must match exactly.
 * @throws DeploymentError `NOT_FOUND`; `UNSUPPORTED` if the strategy can't read settings; `CONFLICT` for a name that another
 * orchestrator has.
 */
export async function readServices(
  strategy: OpenFactoryServiceDeploymentStrategy,
  names: readonly string[],
  { signal }: OperationOptions = {},
): Promise<ReadService[]> {
  requireCapability(strategy, "settings");
  if (supports(strategy, "inspect")) {
    const inspect = (name: string): Promise<ServiceStatus> => strategy.inspect(name, { signal });
    return (await mapLimit(INSPECT_CONCURRENCY, names, inspect)).map((status) => toService(status, strategy));
  }
  const listed = await requireCapability(strategy, "list").list({ signal, settings: true });
  return names.map((name) => {
    const status = listed.find((each) => each.name === name);
    if (status === undefined) throw notFound(name, listed);
    return toService(status, strategy);
  });
}

function toService(status: ServiceStatus, { manifest }: OpenFactoryServiceDeploymentStrategy): ReadService {
  const { name, settings, labels, unmappedSettings: unmapped = [] } = status;
  if (settings === undefined) {
    throw new DeploymentError("UNSUPPORTED", `The platform ${manifest.name} can't read the settings of ${name}.`, {
      service: name,
      strategy: manifest.name,
      hint: "Write the app into the file yourself.",
    });
  }
  const { labels: ofService, mounts, ...rest } = settings;
  const own = withoutLabels(ofService, OWNERSHIP_LABELS);
  const owner = ownerOf(labels);
  const uuid = labels[UUID_LABEL];
  return {
    name,
    request: { ...rest, ...(own && { labels: own }), ...(mounts && { mounts: mounts.map(withoutVolumeLabels) }) },
    ...(owner && { owner }),
    ...(uuid?.toLowerCase() === name && { uuid }),
    unmapped,
  };
}

/** Undefined if no other label is left. */
function withoutLabels(
  labels: Readonly<Record<string, string>> = {},
  left: readonly string[],
): Record<string, string> | undefined {
  const rest = Object.entries(labels).filter(([label]) => !left.includes(label));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

function withoutVolumeLabels(mount: Mount): Mount {
  const { VolumeOptions, ...rest } = mount;
  const { Labels, ...options } = VolumeOptions ?? {};
  const labels = withoutLabels(Labels, VOLUME_LABELS);
  const kept = { ...options, ...(labels && { Labels: labels }) };
  return Object.keys(kept).length === 0 ? rest : { ...rest, VolumeOptions: kept };
}

const notFound = (name: string, listed: readonly ServiceStatus[]): DeploymentError =>
  new DeploymentError("NOT_FOUND", `There is no service ${JSON.stringify(name)}.`, {
    service: name,
    hint: `Names must match exactly. Services: ${listed.map((each) => each.name).join(", ") || "none"}.`,
  });
