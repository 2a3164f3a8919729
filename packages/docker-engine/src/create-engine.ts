import { DeploymentError, Redactor } from "@openfactory/deploy-core";
import { z } from "zod";
import { Connection } from "./connection/connection.js";
import type { Client } from "./connection/client.js";
import { EngineClient } from "./connection/engine-client.js";
import { MANAGER_LIMITS, ManagersClient } from "./connection/managers-client.js";
import type { Environment } from "./endpoint/docker-config.js";
import type { DockerEngine } from "./engine.js";
import { CredentialStore } from "./registry-auth/credential-store.js";
import { RegistryAuth } from "./registry-auth/registry-auth.js";
import { containersOf } from "./resources/containers.js";
import { execsOf } from "./resources/execs.js";
import { imagesOf } from "./resources/images.js";
import { networksOf } from "./resources/networks.js";
import { servicesOf } from "./resources/services.js";
import { namedResourcesOf, nodesOf, tasksOf } from "./resources/swarm.js";
import { systemOf } from "./resources/system.js";
import { volumesOf } from "./resources/volumes.js";

export interface EngineOptions {
  /**
   * Address, e.g. `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`. Overrides all other settings. Several are
   * the managers of one swarm: if one does not answer, the next one takes over.
   */
  host?: string | readonly string[];
  /** Name of a Docker context. Overrides the environment. Several as for `host`. */
  context?: string | readonly string[];
  /** Milliseconds until `TIMEOUT`, for calls without their own. Default 30000. */
  timeoutMs?: number;
  /**
   * Milliseconds during which calls are tried again while the managers of a swarm elect a leader. Default: 45000 with several
   * addresses, otherwise 0.
   */
  electionMs?: number;
  /** Default: `process.env`. */
  env?: Environment;
  /** The highest API version to use. Default: `DOCKER_API_VERSION`, or the highest supported version, 1.56. */
  maxApiVersion?: string;
}

const one = (option: string) =>
  z.string({ error: `a platform of one engine uses one ${option}; several are the managers of a swarm` }).optional();

/** The options of an engine that users of a platform set, for the platform's own schema. See {@link EngineOptions}. */
export const engineOptionsShape = {
  host: one("host"),
  context: one("context"),
  timeoutMs: z.coerce.number().int().positive().optional(),
};

/** A comma-separated list, or several values. */
const several = z
  .union([z.string().transform((text) => text.split(",")), z.array(z.string().min(1)).min(1)], {
    error: "expected an address, or a list of them",
  })
  .optional();

/** The same for a platform whose engine is a swarm: `host` and `context` may be lists. */
export const swarmOptionsShape = { ...engineOptionsShape, host: several, context: several };

/** The token by which strategies inject the {@link DockerEngine}. */
export const DOCKER_ENGINE = Symbol.for("openfactory.deploy.docker-engine");

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * A connection to the engine of the options or the environment. Reads no file and opens no connection before the first call.
 * @throws DeploymentError `INVALID_REQUEST` if `maxApiVersion` is not supported.
 */
export function createEngine(options: EngineOptions = {}): DockerEngine {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, env = process.env } = options;
  const maxApiVersion = options.maxApiVersion ?? (env["DOCKER_API_VERSION"] || undefined);
  // Gets all credentials, so that no error and no event repeats them.
  const secrets = new Redactor();
  const engines = targets(options).map(
    (target) => new EngineClient(new Connection({ ...target, env }), timeoutMs, maxApiVersion, secrets),
  );
  const client = withTakeover(engines, options.electionMs);
  const auth = new RegistryAuth(new CredentialStore(env), Date.now, secrets);
  return {
    get host() {
      return client.host;
    },
    ...systemOf(client),
    containers: containersOf(client),
    execs: execsOf(client),
    services: servicesOf(client, auth),
    tasks: tasksOf(client),
    networks: networksOf(client),
    images: imagesOf(client, auth, secrets),
    volumes: volumesOf(client),
    nodes: nodesOf(client),
    secrets: namedResourcesOf(client, "secrets"),
    configs: namedResourcesOf(client, "configs"),
    close: () => client.close(),
  };
}

/** One target for each host, else for each context, else the one of the environment. */
function targets({ host, context }: EngineOptions): { host?: string; context?: string }[] {
  if (host !== undefined) return [host].flat().map((address) => ({ host: address }));
  if (context !== undefined) return [context].flat().map((name) => ({ context: name }));
  return [{}];
}

/** @throws DeploymentError `INVALID_REQUEST` for an empty list. */
function withTakeover(engines: readonly EngineClient[], electionMs: number | undefined): Client {
  const [first] = engines;
  if (first === undefined) {
    throw new DeploymentError("INVALID_REQUEST", "The list of engine addresses is empty.", {
      hint: "Pass one address at least, or remove the option.",
    });
  }
  if (engines.length === 1 && !electionMs) return first;
  return new ManagersClient(engines, { ...MANAGER_LIMITS, ...(electionMs !== undefined && { electionMs }) });
}
