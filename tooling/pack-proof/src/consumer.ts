/** A program of a user, with types of each package. It is compiled and run outside of the workspace. */
export const CONSUMER = `
import { readFile } from "node:fs/promises";
import { appFileJsonSchema, parseAppFile } from "@openfactory/app-file";
import { createStrategy, UserError } from "@openfactory/create-strategy";
import { type DeployRequest, discoverPlugins, StrategyRegistry, supports } from "@openfactory/deploy-core";
import { type DesiredProject, up } from "@openfactory/deployer";
import { createEngine, LOWEST_API, resolveEndpoint } from "@openfactory/docker-engine";
import { toContainerCreateBody, toServiceSpec } from "@openfactory/docker-translators";
import { plugin as docker } from "@openfactory/strategy-local-docker";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { plugin as swarm } from "@openfactory/strategy-swarm";
import { EXIT, run } from "ofdeploy";

const registry = new StrategyRegistry();
for (const plugin of [docker, swarm]) registry.register(plugin);
for (const found of await discoverPlugins(process.cwd())) registry.declare(found);

const request: DeployRequest = { name: "demo", image: "demo:1", env: ["A=B"] };
const strategy = new MemoryDeploymentStrategy();
const { ids } = await strategy.deploy(request);
if (!supports(strategy, "inspect")) throw new Error("it can't inspect");
const { state, image } = await strategy.inspect("demo");

const functions = [
  appFileJsonSchema, parseAppFile, createStrategy, UserError, up, createEngine, resolveEndpoint, toContainerCreateBody,
  toServiceSpec, run, readFile,
];
const project: Pick<DesiredProject, "project"> = { project: "p" };
const callable = functions.every((one) => typeof one === "function");
console.log(JSON.stringify([registry.names(), ids.length, state, image, EXIT.ok, typeof LOWEST_API, callable, project]));
`;

/** With all strict options, and checks of every declaration file of the packages. */
export const CONSUMER_TSCONFIG = {
  compilerOptions: {
    target: "es2024",
    lib: ["es2024"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: false,
    skipLibCheck: false,
    outDir: "out",
  },
  include: ["consumer.ts"],
};
