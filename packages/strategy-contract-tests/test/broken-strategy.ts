import {
  type DeployOptions,
  DeploymentError,
  type DeployRequest,
  inContext,
  type ListOptions,
  type NormalizedRequest,
  OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
  throwIfAborted as throwWithoutContext,
} from "@openfactory/deploy-core";

/** A strategy with five faults: see BROKEN_CLAUSES. Without them, it passes every case that applies to it. */
export class BrokenStrategy extends OpenFactoryServiceDeploymentStrategy {
  readonly services = new Map<string, { id: string; createdAt: string; request: NormalizedRequest }>();
  override readonly manifest = {
    name: "broken",
    capabilities: ["inspect", "list"],
    supportedFields: ["image", "name", "env", "labels"],
    // MANIFEST-7: the reason is not a sentence.
    limitations: [{ field: "constraints", reason: "no nodes" }],
  } as const;

  override async deploy(input: DeployRequest, { signal, ...options }: DeployOptions = {}) {
    const { warnings } = this.prepare(input, options);
    // OPERATION-2: the request belongs to the caller.
    (input.env as string[] | undefined)?.sort();
    await throwIfAborted(signal, input.name);
    // OPERATION-3: the caller may have changed the request since it was checked.
    const { request } = this.prepare(input, options);
    const { name, image } = request;
    if (this.services.has(name)) throw failure("ALREADY_EXISTS", name, `The name ${name} is in use.`);
    if (image === MISSING_IMAGE) throw failure("IMAGE_NOT_FOUND", name, `The image of ${name} does not exist.`);
    const id = crypto.randomUUID();
    this.services.set(name, { id, createdAt: new Date().toISOString(), request: structuredClone(request) });
    return { name, ids: [id], image, warnings };
  }

  override async remove(name: string, { signal }: OperationOptions = {}) {
    await throwIfAborted(signal, name);
    // NAME-5: an id is not a name.
    const found = [...this.services].find(([key, { id }]) => key === name || id === name);
    if (found === undefined) throw failure("NOT_FOUND", name, `Service ${name} not found.`);
    this.services.delete(found[0]);
  }

  async inspect(name: string, { signal }: OperationOptions = {}): Promise<ServiceStatus> {
    await throwIfAborted(signal, name);
    if (!this.services.has(name)) throw failure("NOT_FOUND", name, `Service ${name} not found.`);
    return this.#status(name);
  }

  async list({ labels = {}, isRelevant, signal }: ListOptions = {}): Promise<ServiceStatus[]> {
    await throwIfAborted(signal);
    const statuses = [...this.services.keys()].sort().map((name) => this.#status(name));
    const found = statuses.filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value));
    // LIST-6: isRelevant saves calls, and filters nothing.
    return isRelevant === undefined ? found : found.filter(isRelevant);
  }

  #status(name: string): ServiceStatus {
    const { id, createdAt, request } = this.services.get(name)!;
    const instance = { id, name, state: "running", engineState: "running", startedAt: createdAt, restarts: 0 } as const;
    const { image, labels = {} } = request;
    const replicas = { running: 1, desired: 1 };
    return { name, ids: [id], image, state: "running", replicas, ports: [], labels, createdAt, instances: [instance] };
  }
}

export const MISSING_IMAGE = "missing:1";

/** The clauses that the strategy breaks, in the order of the contract. */
export const BROKEN_CLAUSES = ["MANIFEST-7", "OPERATION-2", "OPERATION-3", "NAME-5", "LIST-6"];

const throwIfAborted = (signal: AbortSignal | undefined, service?: string) =>
  inContext({ strategy: "broken", service }, async () => throwWithoutContext(signal));

const failure = (code: "NOT_FOUND" | "ALREADY_EXISTS" | "IMAGE_NOT_FOUND", service: string, message: string) =>
  new DeploymentError(code, message, { service, strategy: "broken", hint: "Check the name." });
