import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A service to create on the platform. */
export interface ServiceSpec {
  name: string;
  image: string;
  env: readonly string[];
  labels: Readonly<Record<string, string>>;
}

/** A service as the platform returns it. */
export interface PlatformService extends ServiceSpec {
  id: string;
  /** ISO 8601. */
  createdAt: string;
}

/** An error of the platform. */
export class PlatformError extends Error {
  readonly reason: "name in use" | "service not found" | "image not found";

  constructor(reason: PlatformError["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * REPLACE THIS CLASS by one that calls your platform: its API, its SDK, or its command.
 *
 * This placeholder stores each service as a JSON file in a folder and runs nothing. It behaves like a real platform in three
 * ways: services outlive the command that created them, several commands may use it at once, and it rejects a name in use.
 */
export class MyPlatformClient {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws PlatformError */
  async create(spec: ServiceSpec): Promise<PlatformService> {
    // The placeholder contacts no registry. Hosts under .invalid never exist (RFC 2606).
    if (/^[^/]+\.invalid\//.test(spec.image)) throw new PlatformError("image not found");
    const service: PlatformService = { ...spec, id: randomUUID(), createdAt: new Date().toISOString() };
    const temporaryFile = join(this.#folder, `.${service.id}`);
    await mkdir(this.#folder, { recursive: true });
    // Only the owner may read the file, since values of env may be secret.
    await writeFile(temporaryFile, JSON.stringify(service), { mode: 0o600 });
    try {
      // link() is atomic: of several concurrent calls with one name, one succeeds.
      await link(temporaryFile, this.#file(spec.name));
    } catch (error) {
      throw codeOf(error) === "EEXIST" ? new PlatformError("name in use") : error;
    } finally {
      await rm(temporaryFile, { force: true });
    }
    return service;
  }

  /** @throws PlatformError */
  async get(name: string): Promise<PlatformService> {
    try {
      return JSON.parse(await readFile(this.#file(name), "utf8")) as PlatformService;
    } catch (error) {
      throw codeOf(error) === "ENOENT" ? new PlatformError("service not found") : error;
    }
  }

  /** All services, sorted by name. */
  async list(): Promise<PlatformService[]> {
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    });
    const names = files.filter((file) => /^[^.].*\.json$/.test(file)).map((file) => file.slice(0, -".json".length));
    const found = await Promise.all(names.map((name) => this.get(name).catch(ignoreRemoved)));
    return found.filter((service) => service !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws PlatformError */
  async remove(name: string): Promise<void> {
    try {
      await rm(this.#file(name));
    } catch (error) {
      throw codeOf(error) === "ENOENT" ? new PlatformError("service not found") : error;
    }
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Another command may remove a service between readdir() and readFile(). */
const ignoreRemoved = (error: unknown): undefined => {
  if (!(error instanceof PlatformError)) throw error;
};
