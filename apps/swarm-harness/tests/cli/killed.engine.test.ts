import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { RawEngine } from "@openfactory/test-engine";
import { beforeAll, test } from "vitest";
import { killRuns, type Place } from "./support/kill-runs.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
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

/** By kind, the names of what holds the project's name. */
async function mine(project: string): Promise<[kind: string, name: string][]> {
  const isMine = ({ Name, Labels }: Named): boolean =>
    Name.includes(project) || Object.values(Labels ?? {}).includes(project);
  const networks: Named[] = await raw.call("GET", "/networks");
  const { Volumes }: { Volumes: Named[] | null } = await raw.call("GET", "/volumes");
  return [
    ...(await containers(project)).map(({ Id, Names }): [string, string] => ["containers", Names[0]?.slice(1) ?? Id]),
    ...networks.filter(isMine).map(({ Name }): [string, string] => ["networks", Name]),
    ...(Volumes ?? []).filter(isMine).map(({ Name }): [string, string] => ["volumes", Name]),
  ];
}

const place: Place = {
  options: ["--platform", "docker", "--host", host],
  configs: false,
  async versions(project) {
    const found = await Promise.all(
      (await containers(project)).map(({ Id }) => raw.call("GET", `/containers/${Id}/json`)),
    );
    // A service's version before is kept by another name, stopped.
    const services = found.filter(({ Name, State }) => State.Running || !Name.includes("."));
    return Object.fromEntries(
      services.map(({ Name, Config, State }) => {
        const version = (Config.Env as string[]).find((entry) => entry.startsWith("VERSION="))?.slice(8) ?? "";
        return [Name.slice(1), State.Running ? version : `${version} ${State.Status}`];
      }),
    );
  },
  leftovers: async (project) => (await mine(project)).map((found) => found.join(" ")),
  async sweep(project) {
    for (const [kind, name] of await mine(project)) await raw.request("DELETE", `/${kind}/${name}?force=true`);
  },
};

beforeAll(async () => {
  await promisify(execFile)(`${root}/node_modules/.bin/tsc`, ["-b", `${root}/apps/cli`]);
});

/** `npm run test:kills` kills a hundred. */
const RUNS = Number(process.env["KILLS"] ?? 8);

test(
  "a run that is killed at any moment leaves nothing that the next one does not bring to what it should be",
  { timeout: 60_000 + RUNS * 30_000 },
  () => killRuns(place, RUNS),
);
