import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";

/** A number of services, of which the last `changed` have another variable. */
export interface Load {
  count: number;
  replicas: number;
  changed?: number;
  /** Each app has a health check that succeeds when it first runs, after these seconds, and runs as often. Default: none. */
  checkSeconds?: number | undefined;
  /** Default: the test image. */
  image?: string;
}

export const names = ({ count }: Load): string[] => Array.from({ length: count }, (_, index) => `app-${index}`);

const environment = (index: number, { count, changed = 0 }: Load): string[] => [
  "KIND=bench",
  `NUMBER=${index}`,
  `TAG=${index >= count - changed ? "new" : "old"}`,
];

/** In nanoseconds, as in the Engine API. */
const healthcheck = ({ checkSeconds }: Load): object =>
  checkSeconds === undefined ? {} : { Healthcheck: { Test: ["CMD", "true"], Interval: checkSeconds * 1e9 } };

/** As in an app file and in a Compose file. */
const checkLines = ({ checkSeconds }: Load): string[] =>
  checkSeconds === undefined ? [] : [`    healthcheck: {test: [CMD, "true"], interval: ${checkSeconds}s}`];

/** A service for the Engine API (ServiceCreate). */
export const serviceSpec = (index: number, load: Load): object => ({
  Name: `app-${index}`,
  Labels: { "com.docker.stack.namespace": "floor" },
  TaskTemplate: {
    ContainerSpec: {
      Image: load.image ?? TEST_IMAGE,
      Command: ["sleep", "3600"],
      Env: environment(index, load),
      ...healthcheck(load),
    },
    Resources: { Limits: { NanoCPUs: 500_000_000, MemoryBytes: 64 * 1024 ** 2 } },
  },
  Mode: { Replicated: { Replicas: load.replicas } },
});

/** A container for the Engine API (ContainerCreate). */
export const containerBody = (index: number, load: Load): object => ({
  Image: load.image ?? TEST_IMAGE,
  Entrypoint: ["sleep", "3600"],
  Env: environment(index, load),
  ...healthcheck(load),
  HostConfig: {
    NanoCpus: 500_000_000,
    Memory: 64 * 1024 ** 2,
    NetworkMode: "bridge",
    RestartPolicy: { Name: "always" },
  },
});

export function appFile(project: string, load: Load): string {
  const apps = names(load).map((name, index) =>
    [
      `  ${name}:`,
      `    uuid: ${name.toUpperCase()}`,
      `    image: ${load.image ?? TEST_IMAGE}`,
      ...checkLines(load),
      `    command: [sleep, "3600"]`,
      "    environment:",
      ...environment(index, load).map((entry) => `      - ${entry}`),
      "    deploy:",
      `      replicas: ${load.replicas}`,
      "      resources:",
      "        limits:",
      '          cpus: "0.5"',
      "          memory: 64Mi",
    ].join("\n"),
  );
  return `name: ${project}\napps:\n${apps.join("\n")}\n`;
}

/** An app file with minimal apps, of which thousands fit in the limit of 1 MiB. */
export const shortAppFile = (project: string, count: number): string =>
  `name: ${project}\napps:\n${names({ count, replicas: 1 })
    .map(
      (name) =>
        `  ${name}:\n    uuid: ${name}\n    image: ${TEST_IMAGE}\n    environment: [KIND=bench]\n    deploy: {replicas: 1}\n`,
    )
    .join("")}`;

/** For `docker stack deploy`, and for `docker compose`. */
export function composeFile(load: Load, on: "swarm" | "local"): string {
  const services = names(load).map((name, index) =>
    [
      `  ${name}:`,
      `    image: ${load.image ?? TEST_IMAGE}`,
      ...checkLines(load),
      `    entrypoint: [sleep, "3600"]`,
      "    environment:",
      ...environment(index, load).map((entry) => `      - ${entry}`),
      ...(on === "local" ? ["    network_mode: bridge", "    restart: always"] : []),
      "    deploy:",
      `      replicas: ${load.replicas}`,
      "      resources:",
      "        limits:",
      '          cpus: "0.5"',
      "          memory: 64M",
    ].join("\n"),
  );
  // A stack requires a network. The network host is the fastest, since it assigns no addresses.
  const networks = on === "swarm" ? "networks:\n  default:\n    external: true\n    name: host\n" : "";
  return `${on === "swarm" ? 'version: "3.8"\n' : ""}services:\n${services.join("\n")}\n${networks}`;
}

/** Writes a file; returns its path. */
export function write(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}
