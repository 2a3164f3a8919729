import type { ContractProbes, ObservedSettings } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";
import { containerProbes, containerSettings } from "./containers.js";
import { writtenLines, type Json } from "./engine-io.js";

interface ListedContainer {
  name: string;
  service: string | undefined;
  /** It is a replica or the stand-in of 0 replicas, not a temporary container such as `demo-2.candidate`. */
  isReplica: boolean;
  runs: boolean;
}

/** The suffix of the service's name. */
const REPLICA = /^-(?:[1-9][0-9]*|0(?:[.](?:always|no|on-failure.*))?)$/;
const REPLICA_OF = "org.openfactory.deploy.replica-of";

/**
 * Probes of replicated services that are containers of one engine: `<name>-1`, `<name>-2`, ...; or with 0 replicas the
 * stopped container `<name>-0`, whose name contains the restart policy if that is not the default.
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
    if (container === undefined) throw new Error(`service ${name} does not exist`);
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
        // Other containers find all replicas by the name of the service.
        networkAliases: settings.networkAliases?.filter((alias) => alias !== name),
        env: settings.env.map((entry) =>
          entry.startsWith("APP_UUID=") && entry.endsWith(suffix) ? entry.slice(0, -suffix.length) : entry,
        ),
        mode: { Replicated: { Replicas: number === 0 ? 0 : containers.length } },
        restart: number === 0 ? restartIn(container.Name) : settings.restart,
      };
    },
    async names() {
      const all: Json[] = await engine.call("GET", "/containers/json?all=1");
      const containers = all.map(({ Names, Labels, State }): ListedContainer => {
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
      // The previous version, which is stopped and kept for a rollback.
      const isKept = ({ name, service, runs }: ListedContainer): boolean =>
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
        .map(({ Id, State: { Running, Restarting, ExitCode, Health, StartedAt } }) => ({
          id: Id,
          process: `${Id} ${StartedAt}`,
          // The engine reports a container that waits for its restart as running.
          running: Running && !Restarting,
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
