import type { ContractProbes, ObservedSettings } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { containerProbes } from "./container-probes.js";
import { containerSettings } from "./container-settings.js";
import { writtenLines } from "./exec.js";

// The Engine API's own JSON, which these look-ups take as it comes.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

interface Listed {
  name: string;
  service: string | undefined;
  /** It is, or stands for, a replica; and not beside one, such as `demo-2.candidate`. */
  isReplica: boolean;
  runs: boolean;
}

/** What follows on the service's name. */
const REPLICA = /^-(?:[1-9][0-9]*|0(?:[.](?:always|no|on-failure.*))?)$/;
const REPLICA_OF = "org.openfactory.deploy.replica-of";

/**
 * Sees replicated services as containers of one engine, `<name>-1`, `<name>-2`, ...; or `<name>-0`, stopped, of one that has
 * no replicas, whose restart policy its name tells if it is not the usual one.
 */
export function replicaProbes(engine: RawEngine): ContractProbes {
  const plain = containerProbes(engine);
  const containersOf = async (name: string): Promise<Json[]> => {
    const filters = encodeURIComponent(JSON.stringify({ label: [`${REPLICA_OF}=${name}`] }));
    const all: Json[] = await engine.call("GET", `/containers/json?all=1&filters=${filters}`);
    const found = await Promise.all(all.map(({ Id }) => engine.request("GET", `/containers/${Id}/json`)));
    return found
      .filter(({ status, body }) => status === 200 && REPLICA.test(body.Name.slice(name.length + 1)))
      .map(({ body }) => body)
      .sort((a, b) => a.Name.localeCompare(b.Name, "en", { numeric: true }));
  };
  const first = async (name: string): Promise<Json> => {
    const [container] = await containersOf(name);
    if (container === undefined) throw new Error(`there is no service ${name}`);
    return container;
  };
  const numberOf = (name: string, { Name }: Json): number => Number.parseInt(Name.slice(name.length + 2), 10);

  return {
    ...plain,
    async settings(name) {
      const containers = await containersOf(name);
      const [container] = containers;
      if (container === undefined) return undefined;
      const { status, body } = await engine.request("GET", `/images/${encodeURIComponent(container.Image)}/json`);
      const settings = containerSettings(container, status === 200 ? body : undefined);
      const number = numberOf(name, container);
      const suffix = `-${number || 1}`;
      return {
        ...settings,
        ids: containers.map(({ Id }) => Id),
        env: settings.env.map((entry) =>
          entry.startsWith("APP_UUID=") && entry.endsWith(suffix) ? entry.slice(0, -suffix.length) : entry,
        ),
        mode: { Replicated: { Replicas: number === 0 ? 0 : containers.length } },
        restart: number === 0 ? restartIn(container.Name) : settings.restart,
      };
    },
    async names() {
      const all: Json[] = await engine.call("GET", "/containers/json?all=1");
      const containers = all.map(({ Names, Labels, State }): Listed => {
        const name = String(Names[0]).slice(1);
        const service = Labels[REPLICA_OF];
        return {
          name,
          service,
          isReplica: service !== undefined && REPLICA.test(name.slice(service.length)),
          runs: State === "running",
        };
      });
      const services = new Set(containers.flatMap(({ isReplica, service }) => (isReplica ? [service] : [])));
      // The version before the last update, stopped and kept for a rollback.
      const isKept = ({ name, service, runs }: Listed): boolean =>
        /[.]previous\b/.test(name) && !runs && services.has(service);
      return [
        ...new Set(
          containers.filter((one) => !isKept(one)).map(({ name, service, isReplica }) => (isReplica ? service! : name)),
        ),
      ];
    },
    async instances(name) {
      return (await containersOf(name))
        .filter((container) => numberOf(name, container) > 0)
        .map(({ Id, State: { Running, ExitCode, Health } }) => ({
          id: Id,
          running: Running,
          health: Running && Health?.Status !== "none" ? Health?.Status : undefined,
          exitCode: Running ? undefined : ExitCode,
        }));
    },
    async output(name) {
      const lines = await Promise.all(
        (await containersOf(name)).map(({ Id }) => writtenLines(engine, `/containers/${Id}`)),
      );
      return lines.flat();
    },
    exec: async (name, words) => plain.exec!((await first(name)).Name.slice(1), words),
    async stop(name) {
      for (const { Name } of await containersOf(name)) await plain.stop!(Name.slice(1));
    },
  };
}

const restartIn = (name: string): ObservedSettings["restart"] => {
  const [, policy = "unless-stopped", count] = /[.](always|no|on-failure)(?:-([0-9]+))?$/.exec(name) ?? [];
  const Condition = ({ no: "none", "on-failure": "on-failure" } as const)[policy] ?? "any";
  return { Condition, MaxAttempts: count === undefined ? undefined : Number(count) };
};
