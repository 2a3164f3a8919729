import type { RawEngine } from "@openfactory/test-engine";

/** A platform to deploy the files of one project to, each by itself. */
export interface TestPlatform {
  /** `--platform docker --host ...` */
  readonly options: readonly string[];
  /** Whether the platform scales apps and stores credentials. */
  readonly canScale: boolean;
  /** The running containers or tasks of each service with the prefix, from the engine. Another process has another id. */
  running(prefix: string): Promise<Record<string, string>>;
  networks(prefix: string): Promise<string[]>;
}

/** The platform docker of an engine. */
export const enginePlatform = (engine: RawEngine, host: string): TestPlatform => ({
  options: ["--platform", "docker", "--host", host],
  canScale: false,
  async running(prefix) {
    const containers: { Id: string; Names: string[] }[] = await engine.call("GET", "/containers/json");
    const own = containers
      .map(({ Id, Names }) => [Names[0]?.slice(1) ?? "", Id] as const)
      .filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(own.sort());
  },
  async networks(prefix) {
    const networks: { Name: string }[] = await engine.call("GET", "/networks");
    return networks.map(({ Name }) => Name).filter((name) => name.startsWith(prefix));
  },
});

/** The platform swarm of a manager. */
export const swarmPlatform = (manager: RawEngine, host: string): TestPlatform => ({
  options: ["--platform", "swarm", "--host", host],
  canScale: true,
  async running(prefix) {
    const services: { ID: string; Spec: { Name: string } }[] = await manager.call("GET", "/services");
    const filters = encodeURIComponent(JSON.stringify({ "desired-state": ["running"] }));
    const tasks: { ID: string; ServiceID: string }[] = await manager.call("GET", `/tasks?filters=${filters}`);
    const own = services.filter(({ Spec }) => Spec.Name.startsWith(prefix));
    const idsOf = (id: string): string =>
      tasks
        .filter(({ ServiceID }) => ServiceID === id)
        .map(({ ID }) => ID)
        .sort()
        .join(" ");
    return Object.fromEntries(own.map(({ ID, Spec }) => [Spec.Name, idsOf(ID)] as const).sort());
  },
  async networks(prefix) {
    const networks: { Name: string }[] = await manager.call("GET", "/networks");
    return networks.map(({ Name }) => Name).filter((name) => name.startsWith(prefix));
  },
});
