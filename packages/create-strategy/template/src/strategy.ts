import {
  type CanInspect,
  type CanList,
  type DeployOptions,
  type Deployment,
  type DeploymentWarning,
  type DeployRequest,
  isServiceName,
  type ListOptions,
  OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type RemoveOptions,
  type ServiceStatus,
  throwIfAborted,
  withoutSecrets,
} from "@openfactory/deploy-core";
import { z } from "zod";
import { MyPlatformClient, PlatformError, type PlatformService } from "./client.js";
import { withContractErrors } from "./errors.js";
import { manifest } from "./manifest.js";

/** The options of the platform, for `ofdeploy --option key=value`. Replace them by yours, such as an address. */
export const optionsSchema = z.strictObject({
  /** The folder that stores the services. Default: `.my-platform` in the working directory. */
  folder: z.string().min(1).default(".my-platform"),
});

export type MyPlatformOptions = z.input<typeof optionsSchema>;

/** Deploys services to my-platform. */
export class MyPlatformStrategy extends OpenFactoryServiceDeploymentStrategy implements CanInspect, CanList {
  override readonly manifest = manifest;
  readonly #client: MyPlatformClient;

  constructor(options: MyPlatformOptions = {}) {
    super();
    this.#client = new MyPlatformClient(optionsSchema.parse(options).folder);
  }

  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    // Validates and normalizes the request, and checks it against the manifest, before anything changes.
    const { request, warnings } = this.prepare(input, options);
    const { name, image, env = [], labels = {} } = request;
    // Masks values of env in errors, events and warnings, since messages of the platform may contain them.
    return withoutSecrets(request, options, ({ observer, signal }) =>
      withContractErrors(name, async () => {
        observer?.({ type: "step", service: name, step: "create" });
        throwIfAborted(signal);
        const { id } = await this.#client.create({ name, image, env, labels });
        try {
          // If your platform needs more calls (join networks, start, ...), add them here, each after such a check.
          throwIfAborted(signal);
        } catch (error) {
          // A deploy that fails or is aborted leaves nothing behind.
          await this.#client.remove(name);
          throw error;
        }
        return { name, ids: [id], image, warnings: [...warnings, placeholderWarning(name)] };
      }),
    );
  }

  async remove(name: string, { signal }: RemoveOptions = {}): Promise<void> {
    await withContractErrors(name, async () => {
      throwIfAborted(signal);
      assertServiceName(name);
      await this.#client.remove(name);
    });
  }

  async inspect(name: string, { signal }: OperationOptions = {}): Promise<ServiceStatus> {
    return withContractErrors(name, async () => {
      throwIfAborted(signal);
      assertServiceName(name);
      return toServiceStatus(await this.#client.get(name));
    });
  }

  async list({ labels = {}, signal }: ListOptions = {}): Promise<ServiceStatus[]> {
    return withContractErrors(undefined, async () => {
      throwIfAborted(signal);
      const statuses = (await this.#client.list()).map(toServiceStatus);
      return statuses.filter((status) => Object.entries(labels).every(([key, value]) => status.labels[key] === value));
    });
  }
}

/** Converts a service to the contract's status. The placeholder has no state, health or exit codes: add those of your platform. */
export const toServiceStatus = ({ id, name, image, labels, createdAt }: PlatformService): ServiceStatus => ({
  name,
  ids: [id],
  image,
  state: "running",
  replicas: { running: 1, desired: 1 },
  ports: [],
  labels,
  createdAt,
  instances: [{ id, name, state: "running", engineState: "stored", startedAt: createdAt, restarts: 0 }],
});

/** No service has an invalid name, and an invalid name must not become part of a path or an address. */
function assertServiceName(name: string): void {
  if (!isServiceName(name)) throw new PlatformError("service not found");
}

/** Remove this warning together with the placeholder. */
const placeholderWarning = (service: string): DeploymentWarning => ({
  code: "ENGINE_WARNING",
  service,
  strategy: manifest.name,
  reason: `Service ${service} does not run: my-platform is still the placeholder of its template.`,
});
