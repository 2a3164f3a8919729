import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

type Answer = (...args: never[]) => unknown;

/** Asks the user's files, and is no call to the engine. By default there are none. */
const CREDENTIALS = "images.credentials";

/** An engine that answers as told, and notes its calls: `["containers.create demo", ...]`. For faults, and for counting. */
export function fakeEngine(
  answers: Record<string, Answer>,
  apiVersion = "1.51",
): { engine: DockerEngine; calls: string[] } {
  const calls: string[] = [];
  const group = (name: string) =>
    new Proxy(
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
    services: group("services"),
    tasks: group("tasks"),
    nodes: group("nodes"),
    volumes: group("volumes"),
    secrets: group("secrets"),
    configs: group("configs"),
  };
  return { engine: engine as unknown as DockerEngine, calls };
}

/** An answer that is an error of that code. */
export const fails =
  (code: ErrorCode, message = `fake ${code}`): Answer =>
  () => {
    throw new DeploymentError(code, message, { hint: "None.", cause: { message } });
  };
