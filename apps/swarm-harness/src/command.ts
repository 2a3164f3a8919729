import { parseArgs } from "node:util";
import { ensureEngine, holdEngine, stopHeldEngine, TestEngineError } from "@openfactory/test-engine";
import { createSwarm } from "./create-swarm.js";
import { ENGINE_VERSIONS, type EngineVersion } from "./node-engines.js";
import { listSwarms, removeNodes } from "./node-resources.js";

const USAGE = `Usage: swarm-harness up [--nodes 3] [--managers 1] [--engine ${ENGINE_VERSIONS.join("|")}] [--name swarm] [--image <image>]...
       swarm-harness status
       swarm-harness down [--name swarm]`;

const OPTIONS = {
  nodes: { type: "string", default: "3" },
  managers: { type: "string", default: "1" },
  engine: { type: "string", default: "20.10" },
  name: { type: "string", default: "swarm" },
  image: { type: "string", multiple: true, default: [] as string[] },
} as const;

/**
 * Runs the command: `up` prints one line `DOCKER_HOST=...` for each manager, `status` a table, `down` one line.
 * @throws TestEngineError for unknown arguments, with the usage
 */
export async function runCommand(args: string[], print: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { command, values } = parse(args);
  if (command === "up") return up(values, print, signal);
  if (command === "status") return status(print);
  if (command === "down") return down(values.name, print);
  throw new TestEngineError(USAGE);
}

function parse(args: string[]) {
  try {
    const { positionals, values } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    return { command: positionals.length === 1 ? positionals[0] : undefined, values };
  } catch (error) {
    throw new TestEngineError(`${(error as Error).message}\n${USAGE}`);
  }
}

type Values = ReturnType<typeof parse>["values"];

async function up(values: Values, print: (line: string) => void, signal: AbortSignal): Promise<void> {
  const engine = ENGINE_VERSIONS.find((version) => version === values.engine);
  if (!engine)
    throw new TestEngineError(`There is no engine version ${values.engine}: use ${ENGINE_VERSIONS.join(", ")}.`);
  const counts = { nodes: wholeNumber("nodes", values.nodes), managers: wholeNumber("managers", values.managers) };
  // The host engine keeps running until the swarm is down.
  const hostEngine = await holdEngine(`swarm-${values.name}`);
  try {
    const existing = (await listSwarms(hostEngine.api)).filter((node) => node.swarm === values.name);
    if (existing.length > 0)
      throw new TestEngineError(
        `Swarm ${values.name} is already up. Run swarm-harness down --name ${values.name}, or set another --name.`,
      );
    const swarm = await createSwarm({
      ...counts,
      engine: engine satisfies EngineVersion,
      name: values.name,
      images: values.image,
      signal,
    });
    for (const manager of swarm.managers) print(`DOCKER_HOST=${manager.host}`);
  } catch (error) {
    const hasNodes = (await listSwarms(hostEngine.api)).some((node) => node.swarm === values.name);
    if (!hasNodes) await stopHeldEngine(`swarm-${values.name}`);
    throw error;
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new TestEngineError(`--${name} must be a number from 1 to 99, not ${text}.`);
  return Number(text);
}

async function status(print: (line: string) => void): Promise<void> {
  const hostEngine = await ensureEngine();
  try {
    const nodes = await listSwarms(hostEngine.api);
    const rows = nodes.map((node) => [node.swarm, node.name, node.role, node.state, node.engine, node.host]);
    const table = [["SWARM", "NODE", "ROLE", "STATE", "ENGINE", "DOCKER_HOST"], ...rows];
    const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
    for (const row of table)
      print(
        row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join("  ")
          .trimEnd(),
      );
  } finally {
    await hostEngine.release();
  }
}

async function down(name: string, print: (line: string) => void): Promise<void> {
  const hostEngine = await ensureEngine();
  try {
    await removeNodes(hostEngine.api, name);
  } finally {
    await hostEngine.release();
  }
  await stopHeldEngine(`swarm-${name}`);
  print(`Swarm ${name} is down.`);
}
