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
  Labels: Record<string, string> | null;
}

/** Whether a label has the project in its value, as the volume of a config has it in its name. */
const isLabeled = ({ Labels }: Pick<Named, "Labels">, project: string): boolean =>
  Object.values(Labels ?? {}).some((value) => value.includes(project));

const containers = async (project: string): Promise<Container[]> => {
  const all: Container[] = await raw.call("GET", "/containers/json?all=true");
  return all.filter((each) => each.Names.some((name) => name.includes(project)) || isLabeled(each, project));
};

/** The kind and name of every object of the project. */
async function objectsOf(project: string): Promise<[kind: string, name: string][]> {
  const belongs = (each: Named): boolean => each.Name.includes(project) || isLabeled(each, project);
  const networks: Named[] = await raw.call("GET", "/networks");
  const { Volumes }: { Volumes: Named[] | null } = await raw.call("GET", "/volumes");
  const images: Pick<Container, "Id" | "Labels">[] = await raw.call("GET", "/images/json");
  return [
    ...(await containers(project)).map(({ Id, Names }): [string, string] => ["containers", Names[0]?.slice(1) ?? Id]),
    ...networks.filter(belongs).map(({ Name }): [string, string] => ["networks", Name]),
    ...(Volumes ?? []).filter(belongs).map(({ Name }): [string, string] => ["volumes", Name]),
    ...images.filter((each) => isLabeled(each, project)).map(({ Id }): [string, string] => ["images", Id]),
  ];
}

const platform: TestPlatform = {
  options: ["--platform", "docker", "--host", host],
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
const RUNS = Number(process.env["KILLS"] ?? 3);

test("the next up converges to the file after up was killed at any moment", { timeout: 60_000 + RUNS * 30_000 }, () =>
  killRuns(platform, RUNS),
);
