import {
  DeploymentError,
  type ListResourcesOptions,
  type OperationOptions,
  type RemoveResourceOptions,
  type Resource,
  type ResourceKind,
  type ResourceSpec,
  sleep,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { attempt, must, reasonOf } from "./node/commands.js";
import { type Folders, readFiles, removeFiles, withLock, writeFiles } from "./node/files.js";
import type { Host } from "./node/host.js";
import { forgetUnit, reloadUnits, serviceUnit, stopUnit } from "./node/systemd.js";
import { readServices } from "./service.js";
import {
  isOwnResource,
  type NetworkSpec,
  resourceService,
  resourceUnit,
  type VolumeSpec,
} from "./unit/resource-unit.js";

export const RESOURCE_KINDS = ["network", "volume", "secret"] as const satisfies readonly ResourceKind[];
type Kind = (typeof RESOURCE_KINDS)[number];

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,200}$/;
const DEFAULT_TIMEOUT_MS = 10_000;
const STEP_MS = 300;

/** Passes the content on through a pipe: Podman reads a secret from nothing else. */
const CREATE_SECRET = 'cat | podman secret create "$@" -';

/** Networks and volumes, which are units, and Podman's secrets. */
export class Resources {
  readonly #host: Host;
  readonly #folders: Folders;

  constructor(host: Host, folders: Folders) {
    this.#host = host;
    this.#folders = folders;
  }

  async list({ kinds = RESOURCE_KINDS, labels = {}, signal }: ListResourcesOptions): Promise<Resource[]> {
    throwIfAborted(signal);
    const all: Resource[] = [];
    for (const kind of RESOURCE_KINDS.toSorted())
      if (kinds.includes(kind)) all.push(...(await this.#listKind(kind, signal)));
    return all.filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value));
  }

  async create(spec: ResourceSpec, { signal }: OperationOptions): Promise<Resource> {
    throwIfAborted(signal);
    const kind = supportedKind(spec.kind);
    const { name } = spec;
    if (!NAME.test(name)) {
      throw new DeploymentError("INVALID_REQUEST", `The name of the ${kind} is invalid.`, {
        field: "name",
        hint: "Use letters, digits, -, _ and ., and start with a letter or digit.",
      });
    }
    return withLock(this.#host, this.#folders, `${kind}.${name}`, signal, async () => {
      if ((await this.#find(kind, name)) !== undefined) {
        throw new DeploymentError("ALREADY_EXISTS", `A ${kind} named ${name} already exists.`, {
          subject: { kind, name },
          hint: "Choose another name, or remove the existing one first.",
        });
      }
      if (spec.kind === "secret") await this.#createSecret(spec);
      else if (spec.kind === "network" || spec.kind === "volume") await this.#createUnit(spec);
      const made = await this.#find(kind, name);
      if (made !== undefined) return made;
      throw new DeploymentError("ENGINE_ERROR", `Podman does not list the new ${kind} ${name}.`, {
        subject: { kind, name },
        hint: "Check `podman info` on the machine.",
      });
    });
  }

  async remove(unchecked: ResourceKind, name: string, options: RemoveResourceOptions): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    throwIfAborted(signal);
    const kind = supportedKind(unchecked);
    if (!NAME.test(name)) throw notFound(kind, name);
    await withLock(this.#host, this.#folders, `${kind}.${name}`, signal, async () => {
      if ((await this.#find(kind, name)) === undefined) throw notFound(kind, name);
      const end = Date.now() + timeoutMs;
      for (;;) {
        const user = await this.#userOf(kind, name);
        if (user === undefined) break;
        if (Date.now() >= end) {
          throw new DeploymentError("CONFLICT", `The ${kind} ${name} is in use by ${user}.`, {
            subject: { kind, name },
            hint: "Remove what uses it first.",
          });
        }
        await sleep(STEP_MS, signal);
      }
      await this.#removeUnit({ kind, name });
      await must(this.#host, ["podman", kind, "rm", "--", name]);
    });
  }

  async #find(kind: Kind, name: string): Promise<Resource | undefined> {
    return (await this.#listKind(kind)).find((one) => one.name === name);
  }

  async #listKind(kind: Kind, signal?: AbortSignal): Promise<Resource[]> {
    const listed = await must(this.#host, ["podman", kind, "ls", "--format={{.Name}}"], { signal });
    const names = listed.split("\n").filter(Boolean).sort();
    if (names.length === 0) return [];
    // One that was removed in the meantime makes the command fail, after it has printed the others.
    const { stdout } = await attempt(this.#host, ["podman", kind, "inspect", "--", ...names], { signal });
    const inspected = JSON.parse(stdout || "[]") as Inspected[];
    return inspected.map((one) => {
      const name = one.name ?? one.Name ?? one.Spec?.Name ?? "";
      return { kind, name, id: one.id ?? one.ID ?? name, labels: one.labels ?? one.Labels ?? one.Spec?.Labels ?? {} };
    });
  }

  async #createSecret({ name, labels, content }: Extract<ResourceSpec, { kind: "config" | "secret" }>): Promise<void> {
    const flags = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
    await must(this.#host, ["sh", "-c", CREATE_SECRET, "sh", ...flags, name], { stdin: content });
  }

  async #createUnit(spec: NetworkSpec | VolumeSpec): Promise<void> {
    const { kind, name } = spec;
    await writeFiles(this.#host, [{ path: this.#unitPath(spec), content: resourceUnit(spec), mode: "0644" }]);
    await reloadUnits(this.#host);
    const service = serviceUnit(resourceService(spec));
    const started = await attempt(this.#host, ["systemctl", "start", "--", service]);
    if (started.exitCode === 0) return;
    const journal = await attempt(this.#host, [
      "journalctl",
      "--output=cat",
      "--quiet",
      "--lines=3",
      `--unit=${service}`,
    ]);
    await this.#removeUnit(spec);
    throw new DeploymentError("ENGINE_ERROR", `The ${kind} ${name} can't be created: ${reasonOf(journal)}`, {
      subject: { kind, name },
      hint: "Check its driver and options.",
    });
  }

  async #removeUnit(resource: { kind: ResourceKind; name: string }): Promise<void> {
    const path = this.#unitPath(resource);
    const { files } = await readFiles(this.#host, [path]);
    if (!isOwnResource(files.get(path) ?? "")) return;
    const service = resourceService(resource);
    await stopUnit(this.#host, service);
    await removeFiles(this.#host, [path]);
    await reloadUnits(this.#host);
    await forgetUnit(this.#host, service);
  }

  #unitPath({ kind, name }: { kind: ResourceKind; name: string }): string {
    return `${this.#folders.units}/${name}.${kind}`;
  }

  /** A service or container that uses a resource. A service that is stopped has no container. */
  async #userOf(kind: Kind, name: string): Promise<string | undefined> {
    for (const { record, name: service, previous } of await readServices(this.#host, this.#folders)) {
      const requests = [record.request, ...(previous === undefined ? [] : [previous.record.request])];
      const uses = requests.some(({ networks = [], mounts = [], secrets = [] }) => {
        if (kind === "network") return networks.includes(name);
        if (kind === "volume") return mounts.some(({ Type, Source }) => Type === "volume" && Source === name);
        return secrets.some((secret) => secret.name === name);
      });
      if (uses) return `service ${service}`;
    }
    if (kind === "secret") return undefined;
    const words = ["podman", "ps", "--all", "--format={{.Names}}", `--filter=${kind}=${name}`];
    const [container] = (await must(this.#host, words)).split("\n").filter(Boolean);
    return container === undefined ? undefined : `container ${container}`;
  }
}

/** What `podman inspect` returns for a network, a volume and a secret. */
interface Inspected {
  name?: string;
  Name?: string;
  id?: string;
  ID?: string;
  labels?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
  Spec?: { Name: string; Labels?: Record<string, string> | null };
}

function supportedKind(kind: ResourceKind): Kind {
  const found = RESOURCE_KINDS.find((one) => one === kind);
  if (found !== undefined) return found;
  throw new DeploymentError("UNSUPPORTED", `The platform quadlet has no resources of the kind ${kind}.`, {
    hint: "Use a network, a volume or a secret.",
  });
}

const notFound = (kind: Kind, name: string): DeploymentError =>
  new DeploymentError("NOT_FOUND", `There is no ${kind} named ${name}.`, {
    hint: `Check the name: \`podman ${kind} ls\` lists them.`,
  });
