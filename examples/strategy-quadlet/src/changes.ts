import { randomUUID } from "node:crypto";
import {
  DeploymentError,
  type DeployOptions,
  type NormalizedRequest,
  type OperationOptions,
  throwIfAborted,
  type UpdateOptions,
} from "@openfactory/deploy-core";
import { isDeepStrictEqual } from "node:util";
import { startError } from "./failure.js";
import { type FileToWrite, type Folders, readFiles, removeFiles, writeFiles } from "./node/files.js";
import type { Host } from "./node/host.js";
import { checkNetworks, checkSecrets, createVolumes, ensureImage, imageId, removeVolumes } from "./node/podman.js";
import { forgetUnit, reloadUnits, startUnit, stopUnit } from "./node/systemd.js";
import { lookUp, pathsOf, readService, type Service, type ServiceVersion, unitOf } from "./service.js";
import { hasProcesses, settingsOf, stateOf } from "./status.js";
import { type ServiceRecord } from "./unit/container-unit.js";
import { environmentOf } from "./unit/environment.js";
import { waitFor } from "./wait.js";

/** Changes of services. The caller holds the lock of the service. */
export class ServiceChanges {
  readonly #host: Host;
  readonly #folders: Folders;

  constructor(host: Host, folders: Folders) {
    this.#host = host;
    this.#folders = folders;
  }

  /** Creates and starts a service. If that fails or is aborted, nothing of it remains. */
  async create(request: NormalizedRequest, id: string, { signal, observer }: DeployOptions): Promise<ServiceRecord> {
    const { name } = request;
    const { service, owner, now } = await lookUp(this.#host, this.#folders, name, signal);
    if (service !== undefined || owner !== undefined) {
      throw new DeploymentError("ALREADY_EXISTS", `The name ${name} is in use by ${owner ?? "a service"}.`, {
        hint: "Choose another name, or remove the existing one first.",
      });
    }
    await this.#require(request, { signal, observer });
    observer?.({ type: "step", service: name, step: "create", id });
    throwIfAborted(signal);
    const record: ServiceRecord = { id, version: randomUUID(), created: now, stopped: false, request };
    const volumes = await createVolumes(this.#host, request);
    try {
      await this.#write(this.#filesOf(record));
      await reloadUnits(this.#host);
      observer?.({ type: "step", service: name, step: "start", id });
      await this.#start(name, "start", signal);
      throwIfAborted(signal);
      return record;
    } catch (error) {
      await this.#erase(name);
      await removeVolumes(this.#host, volumes);
      throw error;
    }
  }

  /** Replaces a service by its next version. If that fails or is aborted, the present version runs again. */
  async update(service: Service, request: NormalizedRequest, options: UpdateOptions): Promise<ServiceRecord> {
    const { signal, observer } = options;
    await this.#require(request, { signal, observer });
    if (await this.#isCurrent(service, request, signal)) {
      if (!["running", "pending", "completed"].includes(stateOf(service))) await this.run(service, "restart", options);
      return service.record;
    }
    const record: ServiceRecord = { ...service.record, version: randomUUID(), stopped: false, request };
    return this.#replace(service, record, unitOf(this.#folders, record), this.#filesOf(record), options);
  }

  /** Whether a service has the settings of a request already, and its container the image that Podman has now. */
  async #isCurrent(service: Service, request: NormalizedRequest, signal: AbortSignal | undefined): Promise<boolean> {
    const { record, edited, replaced, container } = service;
    if (edited || replaced !== undefined || !isDeepStrictEqual(settingsOf(record.request), settingsOf(request)))
      return false;
    if (request.imagePullPolicy !== "always" || container === undefined) return true;
    return (await imageId(this.#host, request.image, signal)) === container.image;
  }

  /** Exchanges the present and the previous version. */
  async rollback(
    service: Service,
    previous: NonNullable<Service["previous"]>,
    options: OperationOptions,
  ): Promise<ServiceRecord> {
    await this.#require(previous.record.request, options);
    const record: ServiceRecord = { ...previous.record, stopped: false };
    return this.#replace(service, record, unitOf(this.#folders, record), [], options);
  }

  /** Removes a service and everything of it. */
  async remove({ name }: Service, { signal, observer }: OperationOptions): Promise<void> {
    observer?.({ type: "step", service: name, step: "remove" });
    throwIfAborted(signal);
    await this.#erase(name);
  }

  /** Starts or restarts the process of a service, stopped or not. */
  async run(service: Service, verb: "start" | "restart", { signal, observer }: OperationOptions): Promise<void> {
    const { name, record } = service;
    observer?.({ type: "step", service: name, step: verb });
    throwIfAborted(signal);
    if (record.stopped) await this.#rewrite(service, { ...record, stopped: false });
    else if (service.state.load === "not-found") await reloadUnits(this.#host);
    await forgetUnit(this.#host, name);
    try {
      await this.#start(name, verb, signal);
    } catch (error) {
      if (record.stopped) {
        await stopUnit(this.#host, name);
        await this.#rewrite(service, record);
      }
      throw error;
    }
  }

  /** Ends the process of a service. It does not start with the machine, either. */
  async stop(service: Service, { signal, observer }: OperationOptions): Promise<void> {
    observer?.({ type: "step", service: service.name, step: "stop" });
    throwIfAborted(signal);
    await this.#rewrite(service, { ...service.record, stopped: true });
    await stopUnit(this.#host, service.name);
  }

  /** Provides what a request refers to. */
  async #require(request: NormalizedRequest, { signal, observer }: OperationOptions): Promise<void> {
    const { name, image } = request;
    await checkNetworks(this.#host, request, signal);
    await checkSecrets(this.#host, request, signal);
    await ensureImage(this.#host, request, signal, () =>
      observer?.({ type: "pull", service: name, image, status: "Pulling" }),
    );
  }

  /** The files of a version, the unit last. */
  #filesOf(record: ServiceRecord): FileToWrite[] {
    const { request, version } = record;
    const paths = pathsOf(this.#folders, request.name);
    const { file, inherited, inheritedFile } = environmentOf(request.env);
    return [
      { path: paths.json(version), content: JSON.stringify(request.env) },
      { path: paths.podman(version), content: file },
      ...(inherited.length === 0 ? [] : [{ path: paths.systemd(version), content: inheritedFile }]),
      { path: paths.unit, content: unitOf(this.#folders, record), mode: "0644" as const },
    ];
  }

  async #replace(
    service: Service,
    record: ServiceRecord,
    unit: string,
    files: readonly FileToWrite[],
    options: UpdateOptions,
  ): Promise<ServiceRecord> {
    const { name } = service;
    const { signal, observer } = options;
    const paths = pathsOf(this.#folders, name);
    observer?.({ type: "step", service: name, step: "update", id: record.id });
    throwIfAborted(signal);
    // After an interrupted update, the version before it is the one that is known to work.
    const base = service.replaced ?? service;
    const volumes = await createVolumes(this.#host, record.request);
    try {
      await this.#write([
        { path: paths.replaced, content: base.unit },
        ...(files.length > 0 ? files : [{ path: paths.unit, content: unit, mode: "0644" as const }]),
      ]);
      await reloadUnits(this.#host);
      await forgetUnit(this.#host, name);
      observer?.({ type: "step", service: name, step: "restart", id: record.id });
      await this.#start(name, "restart", signal);
      const reading = ({ signal: aborted }: OperationOptions) => readService(this.#host, this.#folders, name, aborted);
      await waitFor(this.#host, reading, { ...options, failFast: true });
      throwIfAborted(signal);
    } catch (error) {
      await this.#restore(service, base);
      await removeVolumes(this.#host, volumes);
      throw error;
    }
    await this.#write([{ path: paths.previous, content: base.unit }]);
    await removeFiles(this.#host, [paths.replaced]);
    await this.#keepVersions(name, [record, base.record]);
    return record;
  }

  /** Brings the replaced version back, in the state in which the service was. */
  async #restore(service: Service, base: ServiceVersion): Promise<void> {
    const { name, previous } = service;
    const paths = pathsOf(this.#folders, name);
    await this.#write([{ path: paths.unit, content: base.unit, mode: "0644" }]);
    await reloadUnits(this.#host);
    await forgetUnit(this.#host, name);
    if (hasProcesses(service)) await startUnit(this.#host, name, "restart");
    else await stopUnit(this.#host, name);
    await removeFiles(this.#host, [paths.replaced]);
    await this.#keepVersions(name, [base.record, ...(previous === undefined ? [] : [previous.record])]);
  }

  /** Removes the environment files of all other versions. */
  async #keepVersions(name: string, kept: readonly ServiceRecord[]): Promise<void> {
    const { folder } = pathsOf(this.#folders, name);
    const { files } = await readFiles(this.#host, [folder]);
    const old = [...files.keys()].filter((path) => {
      const [, version] = /([^/]+)\.(?:json|env|vars)$/.exec(path) ?? [];
      return version !== undefined && kept.every((record) => record.version !== version);
    });
    if (old.length > 0) await removeFiles(this.#host, old);
  }

  /** Writes the unit of the same version again, with another mark. */
  async #rewrite({ name }: Service, record: ServiceRecord): Promise<void> {
    const { unit } = pathsOf(this.#folders, name);
    await this.#write([{ path: unit, content: unitOf(this.#folders, record), mode: "0644" }]);
    await reloadUnits(this.#host);
  }

  async #start(name: string, verb: "start" | "restart", signal: AbortSignal | undefined): Promise<void> {
    const { exitCode } = await startUnit(this.#host, name, verb, signal);
    if (exitCode !== 0) throw await startError(this.#host, name);
  }

  /** Stops a service and removes its files. */
  async #erase(name: string): Promise<void> {
    const paths = pathsOf(this.#folders, name);
    await stopUnit(this.#host, name).catch((error: unknown) => {
      // The unit was not loaded yet.
      if (!DeploymentError.isInstance(error, "ENGINE_ERROR")) throw error;
    });
    await removeFiles(this.#host, [paths.unit]);
    await reloadUnits(this.#host);
    await forgetUnit(this.#host, name);
    await removeFiles(this.#host, [paths.folder]);
  }

  #write(files: readonly FileToWrite[]): Promise<void> {
    return writeFiles(this.#host, files);
  }
}
