import { parseArgs } from "node:util";
import { ensureEngine, holdEngine, stopHeldEngine, TestEngineError } from "@openfactory/test-engine";
import { createSwarm } from "./create-swarm.js";
import { ENGINE_VERSIONS, type EngineVersion } from "./engine-version.js";
import { listSwarms } from "./list-swarms.js";
import { removeNodes } from "./node-network.js";

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
 * The command: `up` prints one line `DOCKER_HOST=...` for each manager, `status` a table, `down` nothing.
 * @throws TestEngineError for arguments it does not know, with its usage
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
    throw new TestEngineError(`There is no engine ${values.engine} here: choose ${ENGINE_VERSIONS.join(", ")}.`);
  const numbers = { nodes: wholeNumber("nodes", values.nodes), managers: wholeNumber("managers", values.managers) };
  // The engine underneath outlives this command as long as the swarm does.
  const underneath = await holdEngine(`swarm-${values.name}`);
  try {
    const there = (await listSwarms(underneath.api)).filter((node) => node.swarm === values.name);
    if (there.length > 0)
      throw new TestEngineError(`A swarm ${values.name} is up already: take it down, or give another --name.`);
    const swarm = await createSwarm({
      ...numbers,
      engine: engine satisfies EngineVersion,
      name: values.name,
      images: values.image,
      signal,
    });
    for (const manager of swarm.managers) print(`DOCKER_HOST=${manager.host}`);
  } catch (error) {
    const left = (await listSwarms(underneath.api)).some((node) => node.swarm === values.name);
    if (!left) await stopHeldEngine(`swarm-${values.name}`);
    throw error;
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new TestEngineError(`--${name} is a number from 1 to 99, and not ${text}.`);
  return Number(text);
}

async function status(print: (line: string) => void): Promise<void> {
  const underneath = await ensureEngine();
  try {
    const nodes = await listSwarms(underneath.api);
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
    await underneath.release();
  }
}

async function down(name: string, print: (line: string) => void): Promise<void> {
  const underneath = await ensureEngine();
  try {
    await removeNodes(underneath.api, name);
  } finally {
    await underneath.release();
  }
  await stopHeldEngine(`swarm-${name}`);
  print(`Swarm ${name} is down.`);
}
