import { Redactor } from "@openfactory/deploy-core";
import { Connection } from "./connection/connection.js";
import { EngineClient } from "./connection/engine-client.js";
import type { Environment } from "./endpoint/docker-config.js";
import type { DockerEngine } from "./engine.js";
import { CredentialStore } from "./registry-auth/credential-store.js";
import { RegistryAuth } from "./registry-auth/registry-auth.js";
import { containersOf } from "./resources/containers.js";
import { imagesOf } from "./resources/images.js";
import { networksOf } from "./resources/networks.js";
import { servicesOf } from "./resources/services.js";
import { namedResourcesOf, nodesOf, tasksOf } from "./resources/swarm.js";
import { systemOf } from "./resources/system.js";
import { volumesOf } from "./resources/volumes.js";

export interface EngineOptions {
  /** Address, e.g. `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`. Wins over everything else. */
  host?: string;
  /** Name of a Docker context. Wins over the environment. */
  context?: string;
  /** Milliseconds until `TIMEOUT`, for calls that name none. Default 30000. */
  timeoutMs?: number;
  /** Default: `process.env`. */
  env?: Environment;
  /** The newest API version to speak. Default: `DOCKER_API_VERSION`, or the highest known here, 1.51. */
  maxApiVersion?: string;
}

/** What a strategy injects its {@link DockerEngine} by. */
export const DOCKER_ENGINE = Symbol.for("openfactory.deploy.docker-engine");

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * A connection to the engine that the options, or the environment, name. Reads no file and opens no connection until
 * the first call.
 * @throws DeploymentError `INVALID_REQUEST` if `maxApiVersion` is none that is known.
 */
export function createEngine(options: EngineOptions = {}): DockerEngine {
  const { host, context, timeoutMs = DEFAULT_TIMEOUT_MS, env = process.env } = options;
  const maxApiVersion = options.maxApiVersion ?? (env["DOCKER_API_VERSION"] || undefined);
  // Credentials are known here alone: no error and no event of this engine repeats them.
  const secrets = new Redactor();
  const client = new EngineClient(new Connection({ host, context, env }), timeoutMs, maxApiVersion, secrets);
  const auth = new RegistryAuth(new CredentialStore(env), Date.now, secrets);
  return {
    get host() {
      return client.host;
    },
    ...systemOf(client),
    containers: containersOf(client),
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
