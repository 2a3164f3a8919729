import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { killRuns, type TestPlatform } from "./support/kill-runs.js";

const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);

interface Named {
  Name: string;
  Labels: Record<string, string> | null;
}
interface Container {
  Id: string;
  Names: string[];
}

const containers = async (project: string): Promise<Container[]> => {
  const all: Container[] = await raw.call("GET", "/containers/json?all=true");
  return all.filter(({ Names }) => Names.some((name) => name.includes(project)));
};

/** The kind and name of every object of the project. */
async function objectsOf(project: string): Promise<[kind: string, name: string][]> {
  const belongs = ({ Name, Labels }: Named): boolean =>
    Name.includes(project) || Object.values(Labels ?? {}).includes(project);
  const networks: Named[] = await raw.call("GET", "/networks");
  const { Volumes }: { Volumes: Named[] | null } = await raw.call("GET", "/volumes");
  return [
    ...(await containers(project)).map(({ Id, Names }): [string, string] => ["containers", Names[0]?.slice(1) ?? Id]),
    ...networks.filter(belongs).map(({ Name }): [string, string] => ["networks", Name]),
    ...(Volumes ?? []).filter(belongs).map(({ Name }): [string, string] => ["volumes", Name]),
  ];
}

const platform: TestPlatform = {
  options: ["--platform", "docker", "--host", host],
  configs: false,
  async versions(project) {
    const found = await Promise.all(
      (await containers(project)).map(({ Id }) => raw.call("GET", `/containers/${Id}/json`)),
    );
    // The previous version of a service is kept stopped, under another name.
    const services = found.filter(({ Name, State }) => State.Running || !Name.includes("."));
    return Object.fromEntries(
      services.map(({ Name, Config, State }) => {
        const version = (Config.Env as string[]).find((entry) => entry.startsWith("VERSION="))?.slice(8) ?? "";
        return [Name.slice(1), State.Running ? version : `${version} ${State.Status}`];
      }),
    );
  },
  leftovers: async (project) => (await objectsOf(project)).map((found) => found.join(" ")),
  async sweep(project) {
    for (const [kind, name] of await objectsOf(project)) await raw.request("DELETE", `/${kind}/${name}?force=true`);
  },
};

/** `npm run test:kills` sets 100. */
const RUNS = Number(process.env["KILLS"] ?? 4);

test("the next up converges to the file after up was killed at any moment", { timeout: 60_000 + RUNS * 30_000 }, () =>
  killRuns(platform, RUNS),
);
