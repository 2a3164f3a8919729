import { Redactor } from "@openfactory/deploy-core";
import { z } from "zod";
import { Connection } from "./connection/connection.js";
import { EngineClient } from "./connection/engine-client.js";
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
  /** Address, e.g. `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`. Overrides all other settings. */
  host?: string;
  /** Name of a Docker context. Overrides the environment. */
  context?: string;
  /** Milliseconds until `TIMEOUT`, for calls without their own. Default 30000. */
  timeoutMs?: number;
  /** Default: `process.env`. */
  env?: Environment;
  /** The highest API version to use. Default: `DOCKER_API_VERSION`, or the highest supported version, 1.51. */
  maxApiVersion?: string;
}

/** The options of an engine that users of a platform set, for the platform's own schema. See {@link EngineOptions}. */
export const engineOptionsShape = {
  host: z.string().optional(),
  context: z.string().optional(),
  timeoutMs: z.coerce.number().int().positive().optional(),
};

/** The token by which strategies inject the {@link DockerEngine}. */
export const DOCKER_ENGINE = Symbol.for("openfactory.deploy.docker-engine");

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * A connection to the engine of the options or the environment. Reads no file and opens no connection before the first call.
 * @throws DeploymentError `INVALID_REQUEST` if `maxApiVersion` is not supported.
 */
export function createEngine(options: EngineOptions = {}): DockerEngine {
  const { host, context, timeoutMs = DEFAULT_TIMEOUT_MS, env = process.env } = options;
  const maxApiVersion = options.maxApiVersion ?? (env["DOCKER_API_VERSION"] || undefined);
  // Gets all credentials, so that no error and no event repeats them.
  const secrets = new Redactor();
  const client = new EngineClient(new Connection({ host, context, env }), timeoutMs, maxApiVersion, secrets);
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
