import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CanInspect,
  type CanList,
  type CanPreflight,
  type CanReportSettings,
  type CanUpdate,
  type CanWait,
  CONTRACT_VERSION,
  defineStrategyPlugin,
  DEPLOYMENT_STRATEGY,
  type Deployment,
  DeploymentError,
  type DeployOptions,
  type DeployRequest,
  type ListOptions,
  type NormalizedRequest,
  OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type PreflightProblem,
  type PreflightRequest,
  REQUIRED_FIELDS,
  type ServiceSettings,
  type ServiceStatus,
  type StrategyManifest,
  throwIfAborted,
  type UpdateOptions,
  withoutSecrets,
} from "@openfactory/deploy-core";
import { z } from "zod";

/** A service, as a file in a folder. */
interface Stored {
  id: string;
  createdAt: string;
  settings: ServiceSettings;
}

const settingsOf = ({ imagePullPolicy: _, ...settings }: NormalizedRequest): ServiceSettings => settings;

/** Stores services as files, and runs nothing. */
class FrozenStrategy
  extends OpenFactoryServiceDeploymentStrategy
  implements CanInspect, CanList, CanWait, CanUpdate, CanReportSettings, CanPreflight
{
  override readonly manifest: StrategyManifest = {
    name: "frozen",
    capabilities: ["inspect", "list", "wait", "update", "settings", "preflight"],
    supportedFields: [...REQUIRED_FIELDS, "labels", "ports", "user"],
    limitations: [{ field: "ports[].mode", reason: "There is one host.", unless: ["ingress"] }],
    listsSettings: true,
  };
  readonly #folder: string;

  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return withoutSecrets(request, options, async ({ observer }) => {
      observer?.({ type: "step", service: request.name, step: "create" });
      const service = { id: randomUUID(), createdAt: new Date().toISOString(), settings: settingsOf(request) };
      await mkdir(this.#folder, { recursive: true });
      const temporary = await this.#write(service);
      try {
        await link(temporary, this.#file(request.name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        throw new DeploymentError("ALREADY_EXISTS", `A service named ${request.name} already exists.`, {
          service: request.name,
          strategy: "frozen",
          hint: "Choose another name.",
        });
      } finally {
        await rm(temporary);
      }
      return { name: request.name, ids: [service.id], image: request.image, warnings };
    });
  }

  async update(input: DeployRequest, options: UpdateOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    const { id, createdAt } = await this.#read(request.name);
    await rename(await this.#write({ id, createdAt, settings: settingsOf(request) }), this.#file(request.name));
    return { name: request.name, ids: [id], image: request.image, warnings };
  }

  async remove(name: string): Promise<void> {
    await this.#read(name);
    await rm(this.#file(name));
  }

  async inspect(name: string, { signal }: OperationOptions = {}): Promise<ServiceStatus> {
    throwIfAborted(signal);
    return statusOf(await this.#read(name));
  }

  async list({ labels = {}, signal }: ListOptions = {}): Promise<ServiceStatus[]> {
    throwIfAborted(signal);
    const files = await readdir(this.#folder).catch(() => []);
    const names = files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length));
    const services = await Promise.all(names.sort().map((name) => this.inspect(name)));
    return services.filter((service) => Object.entries(labels).every(([key, value]) => service.labels[key] === value));
  }

  wait(name: string, options: OperationOptions = {}): Promise<ServiceStatus> {
    return this.inspect(name, options);
  }

  async settingsOf(request: DeployRequest): Promise<ServiceSettings> {
    return settingsOf(this.prepare(request).request);
  }

  async preflight(requests: readonly PreflightRequest[]): Promise<PreflightProblem[]> {
    for (const { request } of requests) this.prepare(request);
    return [];
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.json`);
  }

  async #write(service: Stored): Promise<string> {
    const temporary = join(this.#folder, `.${randomUUID()}`);
    await writeFile(temporary, JSON.stringify(service), { mode: 0o600 });
    return temporary;
  }

  async #read(name: string): Promise<Stored> {
    try {
      return JSON.parse(await readFile(this.#file(name), "utf8")) as Stored;
    } catch {
      throw new DeploymentError("NOT_FOUND", `Service ${name} not found.`, {
        service: name,
        strategy: "frozen",
        hint: "Check the name.",
      });
    }
  }
}

const statusOf = ({ id, createdAt, settings }: Stored): ServiceStatus => ({
  name: settings.name,
  ids: [id],
  image: settings.image,
  state: "running",
  replicas: { running: 1, desired: 1 },
  ports: [],
  labels: settings.labels ?? {},
  createdAt,
  instances: [{ id, name: settings.name, state: "running", engineState: "stored", restarts: 0 }],
  settings,
});

/** Adds the platform `frozen`. */
export const plugin = defineStrategyPlugin({
  name: "frozen",
  contractVersion: CONTRACT_VERSION,
  description: "A strategy built with contract 1.0.",
  options: z.strictObject({ folder: z.string().default(".frozen") }),
  register: (container, { folder }) =>
    void container.register(DEPLOYMENT_STRATEGY, { useValue: new FrozenStrategy(folder) }),
});
