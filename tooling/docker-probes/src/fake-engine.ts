import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

type Answer = (...args: never[]) => unknown;

type Group = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** A group of services or tasks, with `listEach` from the answer of `list`. */
const withListEach = (group: Group): object => {
  const methods = ["create", "inspect", "list", "logs", "remove", "update"] as const;
  const list = group["list"] as (...args: unknown[]) => Promise<unknown[]>;
  return {
    ...Object.fromEntries(methods.map((method) => [method, group[method]])),
    listEach: async (read: (element: unknown) => unknown, ...args: unknown[]) => {
      const results: unknown[] = [];
      for (const element of await list(...args)) results.push(await read(element));
      return results;
    },
  };
};

/** Reads files of the user, so it does not count as a call to the engine. Default: no credentials. */
const CREDENTIALS = "images.credentials";

/** An engine with the given answers, and the list of its calls: `["containers.create demo", ...]`. */
export function fakeEngine(
  answers: Record<string, Answer>,
  apiVersion = "1.51",
): { engine: DockerEngine; calls: string[] } {
  const calls: string[] = [];
  const group = (name: string) =>
    new Proxy<Group>(
      {},
      {
        get:
          (_, method: string) =>
          async (...args: unknown[]) => {
            const call = `${name}.${method}`;
            if (call !== CREDENTIALS) calls.push(typeof args[0] === "string" ? `${call} ${args[0]}` : call);
            const answer = answers[call] ?? (call === CREDENTIALS ? () => undefined : undefined);
            if (answer === undefined) throw new Error(`the test has no answer for ${call}`);
            return answer(...(args as never[]));
          },
      },
    );
  const engine = {
    host: "unix:///fake.sock",
    apiVersion: async () => apiVersion,
    info: async () => (answers["info"] ?? (() => ({})))(),
    close: async () => undefined,
    containers: group("containers"),
    images: group("images"),
    networks: group("networks"),
    services: withListEach(group("services")),
    tasks: withListEach(group("tasks")),
    nodes: group("nodes"),
    volumes: group("volumes"),
    secrets: group("secrets"),
    configs: group("configs"),
  };
  return { engine: engine as unknown as DockerEngine, calls };
}

/** An answer that fails with an error code. */
export const fails =
  (code: ErrorCode, message = `fake ${code}`): Answer =>
  () => {
    throw new DeploymentError(code, message, { hint: "None.", cause: { message } });
  };
