import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What the platform is told of a service. */
export interface ServiceSpec {
  name: string;
  image: string;
  env: readonly string[];
  labels: Readonly<Record<string, string>>;
}

/** A service as the platform holds it. */
export interface Service extends ServiceSpec {
  id: string;
  /** ISO 8601. */
  createdAt: string;
}

/** What the platform refuses, in its own words. */
export class Refusal extends Error {
  readonly reason: "name taken" | "no such service" | "no such image";

  constructor(reason: Refusal["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * REPLACE THIS with calls of your platform: its API, its SDK, its command.
 *
 * The stand-in is a folder with one JSON file for each service. Like a real platform it outlives the command that used
 * it, may be used by several commands at once, and decides itself whether a name is free.
 */
export class MyPlatformClient {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws Refusal */
  async create(spec: ServiceSpec): Promise<Service> {
    // Nothing is looked up here; a registry under .invalid can't exist (RFC 2606).
    if (/^[^/]+\.invalid\//.test(spec.image)) throw new Refusal("no such image");
    const service: Service = { ...spec, id: randomUUID(), createdAt: new Date().toISOString() };
    const draft = join(this.#folder, `.${service.id}`);
    await mkdir(this.#folder, { recursive: true });
    // Values of env may be secret.
    await writeFile(draft, JSON.stringify(service), { mode: 0o600 });
    try {
      // In one step, whole, and for one of several at most.
      await link(draft, this.#file(spec.name));
    } catch (error) {
      throw codeOf(error) === "EEXIST" ? new Refusal("name taken") : error;
    } finally {
      await rm(draft, { force: true });
    }
    return service;
  }

  /** @throws Refusal */
  async find(name: string): Promise<Service> {
    try {
      return JSON.parse(await readFile(this.#file(name), "utf8")) as Service;
    } catch (error) {
      throw codeOf(error) === "ENOENT" ? new Refusal("no such service") : error;
    }
  }

  /** All services, sorted by name. */
  async all(): Promise<Service[]> {
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    });
    const names = files.filter((file) => /^[^.].*\.json$/.test(file)).map((file) => file.slice(0, -".json".length));
    const found = names.map((name) => this.find(name).catch(ignoreRemoved));
    const services = (await Promise.all(found)).filter((service) => service !== undefined);
    return services.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws Refusal */
  async remove(name: string): Promise<void> {
    try {
      await rm(this.#file(name));
    } catch (error) {
      throw codeOf(error) === "ENOENT" ? new Refusal("no such service") : error;
    }
  }

  #file(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Somebody removed it between the two looks. */
const ignoreRemoved = (error: unknown): undefined => {
  if (!(error instanceof Refusal)) throw error;
};
