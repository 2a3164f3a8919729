import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProject } from "@openfactory/app-file";
import { REQUEST_FIELDS } from "@openfactory/deploy-core";
import { type DesiredApp, type DesiredProject, down, plan, ps, rollback, up } from "@openfactory/deployer";
import { MemoryDeploymentStrategy, MemoryEngine } from "@openfactory/strategy-memory";
import { afterAll, describe, expect, test } from "vitest";
import { planText } from "../../../cli/src/output/plan-text.js";
import { countSteps } from "./support/count-steps.js";

const counter = countSteps();
const folder = mkdtempSync(join(tmpdir(), "growth-"));
afterAll(() => rmSync(folder, { recursive: true }));

const list = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("");
const of = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => item(at));

/** Names of one length: steps include the characters of texts. */
const nameOf = (index: number): string => `w${1000 + index}`;

/** A project, each app of which needs the one before, all with a network and a config. */
const projectOf = (count: number, version: number, more: (index: number) => object = () => ({})): DesiredProject => ({
  project: "shop",
  apps: of(count, (at): DesiredApp => ({
    key: nameOf(at),
    service: nameOf(at),
    request: {
      name: nameOf(at),
      image: "demo:1",
      env: [`VERSION=${version}`],
      networks: [`net-${nameOf(at)}`],
      ...more(at),
    },
    dependsOn: at === 0 ? [] : [{ service: nameOf(at - 1), condition: "service_started" }],
  })),
  resources: of(count, (at) => ({ key: `net-${nameOf(at)}`, spec: { kind: "network", name: `net-${nameOf(at)}` } })),
});

const newStrategy = (): MemoryDeploymentStrategy =>
  new MemoryDeploymentStrategy(
    { supportedFields: [...REQUEST_FIELDS] },
    new MemoryEngine({ networks: [], onlyMadeFiles: true }),
  );

/** An engine with services of others. */
async function crowded(count: number): Promise<MemoryDeploymentStrategy> {
  const strategy = newStrategy();
  for (let at = 0; at < count; at++) await strategy.deploy({ name: `other${at}`, image: "demo:1" });
  return strategy;
}

type Work = (size: number) => Promise<() => unknown>;

const DEPLOYER: Readonly<Record<string, Work>> = {
  "plan() of new apps": async (size) => () => plan(newStrategy(), projectOf(size, 1)),
  "plan() of changed apps": async (size) => {
    const strategy = newStrategy();
    await up(strategy, projectOf(size, 1));
    return () => plan(strategy, projectOf(size, 2));
  },
  "up() of new apps": async (size) => () => up(newStrategy(), projectOf(size, 1)),
  "up() of unchanged apps": async (size) => {
    const strategy = newStrategy();
    await up(strategy, projectOf(size, 1));
    return () => up(strategy, projectOf(size, 1));
  },
  "up() that fails and is reverted": async (size) => {
    const strategy = newStrategy();
    await up(strategy, projectOf(size, 1));
    return () =>
      up(
        strategy,
        projectOf(size, 2, (at) => (at === size - 1 ? { command: ["exit", "3"] } : {})),
      );
  },
  "rollback()": async (size) => {
    const strategy = newStrategy();
    await up(strategy, projectOf(size, 1));
    await up(strategy, projectOf(size, 2));
    return () => rollback(strategy, projectOf(size, 2));
  },
  "ps()": async (size) => {
    const strategy = newStrategy();
    await up(strategy, projectOf(size, 1));
    return () => ps(strategy, projectOf(size, 1));
  },
  "down()": async (size) => {
    const strategy = newStrategy();
    await up(strategy, projectOf(size, 1));
    return () => down(strategy, projectOf(size, 1));
  },
  "up() of one app among services of others": async (size) => {
    const strategy = await crowded(size);
    return () => up(strategy, projectOf(1, 1));
  },
};

const compose = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const load = (...paths: string[]) => loadProject(paths, { env: {}, cwd: folder, project: "shop" });

const COMPOSE: Readonly<Record<string, Work>> = {
  "two Compose files with the same services": async (size) => {
    const services = `services:\n${list(size, (at) => `  w${at}: {image: "nginx:1", environment: {A: "${at}"}}\n`)}`;
    const paths = [compose("one.yaml", services), compose("two.yaml", services)];
    return () => load(...paths);
  },
  "a service with many variables, labels and volumes in two files": async (size) => {
    const service = `services:\n  web:\n    image: nginx:1\n    environment: [${list(size, (at) => `"A${at}=1", `)}]\n    labels: {${list(size, (at) => `a${at}: b, `)}}\n    volumes: [${list(size, (at) => `"v${at}:/d${at}", `)}]\nvolumes: {${list(size, (at) => `v${at}: {}, `)}}\n`;
    const paths = [compose("one.yaml", service), compose("two.yaml", service)];
    return () => load(...paths);
  },
  "services that extend one": async (size) => {
    const path = compose(
      "extends.yaml",
      `services:\n  base: {image: "nginx:1", labels: {a: b}}\n${list(size, (at) => `  w${at}: {extends: base}\n`)}`,
    );
    return () => load(path);
  },
};

const plain = (_: unknown, text: string): string => text;

const TEXTS: Readonly<Record<string, Work>> = {
  "the text of a plan": async (size) => {
    const planned = await plan(newStrategy(), projectOf(size, 1));
    return () => planText(planned, { style: plain, width: 40 });
  },
  "a long message of an engine in a narrow terminal": async (size) => {
    const planned = await plan(newStrategy(), projectOf(1, 1));
    const message = "the engine has no room for this ".repeat(size * 10);
    const findings = [{ app: nameOf(0), service: nameOf(0), code: "CONFLICT", message, hint: message }] as const;
    return () => planText({ ...planned, findings }, { style: plain, width: 40 });
  },
};

/** How many times as many steps ten times the input may take. */
const MOST = 12;

describe.each([
  ["the deployer", DEPLOYER],
  ["Compose", COMPOSE],
  ["output", TEXTS],
])("%s", (_, table) => {
  test.each(Object.entries(table))("%s takes linear time", async (__, workOf) => {
    // The first run loads modules.
    await (
      await workOf(3)
    )();
    const small = await workOf(10);
    const steps = await counter.stepsOf(small);
    const large = await workOf(100);
    expect((await counter.stepsOf(large)) / steps).toBeLessThan(MOST);
  });
});
