import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, type AppProject, loadProject, validateFor } from "@openfactory/app-file";
import { DeploymentError, type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { toContainerCreateBody, toServiceSpec } from "@openfactory/docker-translators";
import { expect } from "vitest";
import type { Check } from "./case.js";

type Environment = Readonly<Record<string, string>>;

/** The environment of the samples, unless they have their own. */
export const ENV: Environment = {
  OPENFACTORY_BASE_DOMAIN: "factory.test",
  OPENFACTORY_VERSION: "v1.2.3",
  KAFKA_BROKER: "broker:9092",
  KSQLDB_URL: "http://ksqldb:8088",
  ASSET_ROUTER_URL: "nats://router:4222",
};

const MODEL = '<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:2.2"><Devices/></MTConnectDevices>\n';
const API = { apiVersion: "1.44" };

/** Runs in a directory that holds a device model, `model.xml`. */
export async function inDirectory<Result>(use: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), "parity-"));
  try {
    writeFileSync(join(directory, "model.xml"), MODEL);
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const read = (text: string, env: Environment = ENV): Promise<AppProject> =>
  inDirectory((cwd) => {
    const path = join(cwd, "openfactory.yml");
    writeFileSync(path, text);
    return loadProject([path], { env, cwd, project: "factory" });
  });

/** Entries of `env` by name. */
export const variablesOf = ({ env = [] }: DeployRequest): Record<string, string> =>
  Object.fromEntries(env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));

type Expected = Readonly<Record<string, unknown>>;

/** A file, and what can be said of one service that it makes. */
export class Sample {
  constructor(
    readonly text: string,
    readonly service: string,
    readonly env: Environment = ENV,
  ) {}

  /** The request of the service. */
  async read(): Promise<DeployRequest> {
    const { apps } = await read(this.text, this.env);
    const app: App | undefined = apps.find(({ service }) => service === this.service);
    if (app === undefined) throw new Error(`There is no service ${this.service}.`);
    return app.request;
  }

  request =
    (expected: Expected): Check =>
    async () =>
      expect(await this.read()).toMatchObject(expected);

  /** Variables of the service; undefined: it is not set. */
  variables =
    (expected: Readonly<Record<string, string | undefined>>): Check =>
    async () =>
      expectEach(variablesOf(await this.read()), expected);

  /** Labels of the service; undefined: it is not set. */
  labels =
    (expected: Readonly<Record<string, string | undefined>>): Check =>
    async () =>
      expectEach((await this.read()).labels ?? {}, expected);

  /** The body of `POST /services/create`. */
  swarm =
    (expected: Expected): Check =>
    async () =>
      expect(toServiceSpec(parseRequest(await this.read()), API)).toMatchObject(expected);

  /** The body of `POST /containers/create`. */
  docker =
    (expected: Expected): Check =>
    async () =>
      expect(toContainerCreateBody(parseRequest(await this.read()), API)).toMatchObject(expected);

  /** The names of all services of the file, in their order. */
  services =
    (...expected: string[]): Check =>
    async () =>
      expect((await read(this.text, this.env)).apps.map(({ service }) => service)).toEqual(expected);

  device =
    (expected: Expected): Check =>
    async () =>
      expect((await read(this.text, this.env)).devices[0]).toMatchObject(expected);

  refused =
    (finding: RegExp): Check =>
    async () => {
      await expectFinding(read(this.text, this.env), finding);
    };

  /** It is valid, but not for a platform of several nodes. */
  refusedOnSwarm =
    (finding: RegExp): Check =>
    async () => {
      const project = await read(this.text, this.env);
      await expectFinding(
        Promise.resolve().then(() => validateFor(project, { multiNode: true })),
        finding,
      );
    };
}

function expectEach(
  actual: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string | undefined>>,
): void {
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, actual[name]]));
  expect(found).toEqual(expected);
}

async function expectFinding(work: Promise<unknown>, finding: RegExp): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error ?? new Error("The file is valid.");
  expect(
    error.issues
      .map(({ message, hint = "", location }) => `${location?.line}:${location?.column} ${message} ${hint}`)
      .join("\n"),
  ).toMatch(finding);
}

const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, " ".repeat(by));

/** An app `demo` of the uuid Demo_App, and the lines of its entry. */
export const app = (lines = "", env?: Environment): Sample =>
  new Sample(`apps:\n  demo:\n    uuid: Demo_App\n    image: demo:1\n${indent(lines, 4)}\n`, "demo_app", env);

export const file = (text: string, service: string, env?: Environment): Sample => new Sample(text, service, env);

/** A device `press` of the uuid Press-01. */
export const device = (
  connector: string,
  { role = "agent", env, more = "" }: { role?: string; env?: Environment; more?: string } = {},
): Sample =>
  new Sample(
    `devices:\n  press:\n    uuid: Press-01\n${indent(more, 4)}${more === "" ? "" : "\n"}    connector:\n${indent(connector, 6)}\n`,
    `press-01-${role}`,
    env,
  );

/** An MTConnect connector with an adapter that is deployed, and further lines of the agent and of the adapter. */
export const mtconnect = ({ agent = "", adapter = "", xml = "model.xml" } = {}): string =>
  `type: mtconnect\nagent:\n  port: 2101\n  device_xml: ${xml}\n${agent === "" ? "" : `${indent(agent, 2)}\n`}  adapter:\n    image: adapter:1\n    port: 7878\n${indent(adapter, 4)}`;
