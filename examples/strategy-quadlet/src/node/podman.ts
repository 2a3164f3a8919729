import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import { fullImage, ID_LABEL } from "../unit/container-unit.js";
import { attempt, must, reasonOf } from "./commands.js";
import type { Host } from "./host.js";

/** A container, as Podman lists it. */
export interface PodmanContainer {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  readonly health?: "starting" | "healthy" | "unhealthy";
  /** The id of its image. */
  readonly image: string;
  readonly ports: readonly ContainerPort[];
  /** The service whose container it is. Undefined for containers of other tools. */
  readonly service?: string;
}

/** A published port. `range` is the number of ports that follow each other. */
export interface ContainerPort {
  readonly container_port: number;
  readonly host_port: number;
  readonly protocol: string;
  readonly range: number;
}

interface ListedContainer {
  Id: string;
  Names: string[];
  State: string;
  Status: string;
  ImageID: string;
  Ports: ContainerPort[] | null;
  Labels: Record<string, string> | null;
}

const HEALTH = /\((starting|healthy|unhealthy)\)/;

/** The containers with exactly this name, or, without a name, those of this strategy. */
export async function listContainers(
  host: Host,
  name: string | undefined,
  signal?: AbortSignal,
): Promise<PodmanContainer[]> {
  const filter = name === undefined ? `label=${ID_LABEL}` : `name=^${name}$`;
  const output = await must(host, ["podman", "ps", "--all", "--format=json", `--filter=${filter}`], { signal });
  return (JSON.parse(output || "[]") as ListedContainer[]).map(
    ({ Id, Names, State, Status, ImageID, Ports, Labels }) => {
      const [, health] = HEALTH.exec(Status) ?? [];
      const service = Labels?.[ID_LABEL];
      return {
        id: Id,
        name: Names[0] ?? "",
        running: State === "running",
        image: ImageID,
        ports: Ports ?? [],
        ...(health !== undefined && { health: health as "healthy" }),
        ...(service !== undefined && { service }),
      };
    },
  );
}

const REFUSED = /unauthorized|authentication required|access to the resource is denied|invalid username\/password/i;

/** Provides the image of a request, as its pull policy says. @throws DeploymentError `IMAGE_NOT_FOUND`, `UNAUTHORIZED`. */
export async function ensureImage(
  host: Host,
  { image, imagePullPolicy = "missing" }: Pick<NormalizedRequest, "image" | "imagePullPolicy">,
  signal: AbortSignal | undefined,
  onPull: () => void,
): Promise<void> {
  const reference = fullImage(image);
  const subject = { kind: "image", name: image } as const;
  if (imagePullPolicy !== "always") {
    const { exitCode } = await attempt(host, ["podman", "image", "exists", reference], { signal });
    if (exitCode === 0) return;
  }
  if (imagePullPolicy === "never") {
    throw new DeploymentError("IMAGE_NOT_FOUND", `Podman has no image ${image}, and the pull policy is never.`, {
      subject,
      hint: "Load the image, or use another pull policy.",
    });
  }
  onPull();
  const pulled = await attempt(host, ["podman", "pull", "--quiet", "--retry=0", "--", reference], { signal });
  if (pulled.exitCode === 0) return;
  const refused = REFUSED.test(pulled.stderr);
  throw new DeploymentError(
    refused ? "UNAUTHORIZED" : "IMAGE_NOT_FOUND",
    `Image ${image} can't be pulled: ${reasonOf(pulled)}`,
    {
      subject,
      hint: refused
        ? "Log in on the machine: `podman login`."
        : "Check the name and the tag of the image, and whether the machine reaches its registry.",
    },
  );
}

/** The id of the image that Podman has under a reference. */
export async function imageId(host: Host, image: string, signal?: AbortSignal): Promise<string> {
  return (await must(host, ["podman", "image", "inspect", "--format={{.Id}}", fullImage(image)], { signal })).trim();
}

/** Networks that are no objects of Podman. */
const PREDEFINED: ReadonlySet<string> = new Set(["host", "none"]);

/** @throws DeploymentError `NETWORK_NOT_FOUND` for a network of the request that does not exist. */
export async function checkNetworks(
  host: Host,
  { networks = [] }: NormalizedRequest,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = networks.filter((name) => !PREDEFINED.has(name));
  if (wanted.length === 0) return;
  const existing = await names(host, ["podman", "network", "ls", "--format={{.Name}}"], signal);
  const missing = wanted.find((name) => !existing.has(name));
  if (missing === undefined) return;
  throw new DeploymentError("NETWORK_NOT_FOUND", `Network ${missing} not found.`, {
    field: `networks[${networks.indexOf(missing)}]`,
    subject: { kind: "network", name: missing },
    hint: `Create the network first: \`podman network create ${missing}\`.`,
  });
}

/** @throws DeploymentError `INVALID_REQUEST` for a secret of the request that does not exist. */
export async function checkSecrets(
  host: Host,
  { secrets = [] }: NormalizedRequest,
  signal?: AbortSignal,
): Promise<void> {
  if (secrets.length === 0) return;
  const existing = await names(host, ["podman", "secret", "ls", "--format={{.Name}}"], signal);
  const index = secrets.findIndex(({ name }) => !existing.has(name));
  const missing = secrets[index]?.name;
  if (missing === undefined) return;
  throw new DeploymentError("INVALID_REQUEST", `Secret ${missing} not found.`, {
    field: `secrets[${index}]`,
    subject: { kind: "secret", name: missing },
    hint: `Create the secret first: \`podman secret create ${missing} -\`.`,
  });
}

/**
 * Creates the volumes of a request that have options and don't exist: a unit can't pass the options on. Existing volumes are
 * not changed. @returns the names of the created ones.
 */
export async function createVolumes(host: Host, { mounts = [] }: NormalizedRequest): Promise<string[]> {
  const wanted = mounts.flatMap(({ Type, Source, VolumeOptions: { Labels = {}, DriverConfig = {} } = {} }) => {
    const { Name, Options = {} } = DriverConfig;
    const flags = [
      ...(Name === undefined ? [] : ["--driver", Name]),
      ...Object.entries(Labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
      ...Object.entries(Options).flatMap(([key, value]) => ["--opt", `${key}=${value}`]),
    ];
    return Type === "volume" && Source !== undefined && flags.length > 0 ? [{ name: Source, flags }] : [];
  });
  if (wanted.length === 0) return [];
  const existing = await names(host, ["podman", "volume", "ls", "--format={{.Name}}"]);
  const created: string[] = [];
  for (const { name, flags } of wanted) {
    if (existing.has(name)) continue;
    const made = await attempt(host, ["podman", "volume", "create", ...flags, "--", name]);
    if (made.exitCode !== 0) {
      await removeVolumes(host, created);
      throw new DeploymentError("ENGINE_ERROR", `Volume ${name} can't be created: ${reasonOf(made)}`, {
        field: "mounts",
        subject: { kind: "volume", name },
        hint: "Check the driver and the options of the volume.",
      });
    }
    created.push(name);
  }
  return created;
}

/** Removes volumes that a failed operation has created. */
export async function removeVolumes(host: Host, created: readonly string[]): Promise<void> {
  if (created.length > 0) await attempt(host, ["podman", "volume", "rm", "--", ...created]);
}

const names = async (host: Host, words: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>> =>
  new Set((await must(host, words, { signal })).split("\n").filter(Boolean));
