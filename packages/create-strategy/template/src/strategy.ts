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
import { MyPlatformClient, Refusal } from "./client.js";
import { explained } from "./explain.js";
import { manifest } from "./manifest.js";
import { type MyPlatformOptions, optionsSchema } from "./options.js";
import { statusOf } from "./status.js";

/** Deploys on my-platform. */
export class MyPlatformStrategy extends OpenFactoryServiceDeploymentStrategy implements CanInspect, CanList {
  override readonly manifest = manifest;
  readonly #client: MyPlatformClient;

  constructor(options: MyPlatformOptions = {}) {
    super();
    this.#client = new MyPlatformClient(optionsSchema.parse(options).folder);
  }

  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    // Validated, normalised, and checked against the manifest, before anything is touched.
    const { request, warnings } = this.prepare(input, options);
    const { name, image, env = [], labels = {} } = request;
    // What the platform says may repeat values of env: no error, event or warning passes them on.
    return withoutSecrets(request, options, ({ observer, signal }) =>
      explained(name, async () => {
        observer?.({ type: "step", service: name, step: "create" });
        throwIfAborted(signal);
        const { id } = await this.#client.create({ name, image, env, labels });
        try {
          // A platform that takes more calls (join networks, start, ...) makes them here, each after this check.
          throwIfAborted(signal);
        } catch (error) {
          // A deploy that fails or is aborted leaves nothing behind.
          await this.#client.remove(name);
          throw error;
        }
        return { name, ids: [id], image, warnings: [...warnings, nothingRuns(name)] };
      }),
    );
  }

  async remove(name: string, { signal }: RemoveOptions = {}): Promise<void> {
    await explained(name, async () => {
      throwIfAborted(signal);
      refuseOddName(name);
      await this.#client.remove(name);
    });
  }

  async inspect(name: string, { signal }: OperationOptions = {}): Promise<ServiceStatus> {
    return explained(name, async () => {
      throwIfAborted(signal);
      refuseOddName(name);
      return statusOf(await this.#client.find(name));
    });
  }

  async list({ labels = {}, signal }: ListOptions = {}): Promise<ServiceStatus[]> {
    return explained(undefined, async () => {
      throwIfAborted(signal);
      const all = (await this.#client.all()).map(statusOf);
      return all.filter((status) => Object.entries(labels).every(([key, value]) => status.labels[key] === value));
    });
  }
}

/** What can't be a name is no service's; it must not become part of a path or an address either. */
function refuseOddName(name: string): void {
  if (!isServiceName(name)) throw new Refusal("no such service");
}

/** The stand-in's own admission: take it out with the stand-in. */
const nothingRuns = (service: string): DeploymentWarning => ({
  code: "ENGINE_WARNING",
  service,
  strategy: manifest.name,
  reason: "It is noted down only: my-platform is still the stand-in of its template, which runs nothing.",
});
