import type { ContractPrograms, ContractTarget, PrintedLine } from "@openfactory/strategy-contract-tests";
import { linesOf, type MemoryService } from "../src/service.js";
import { instanceStatus } from "../src/status.js";
import type { MemoryOptions } from "../src/options.js";
import { MemoryDeploymentStrategy } from "../src/strategy.js";
import { countCalls } from "./count-calls.js";

const words = (lines: readonly PrintedLine[]): string[] =>
  lines.map(({ stream, line }) => `${stream === "stderr" ? "err" : "out"}:${line}`);

const programs: ContractPrograms = {
  run: () => ["run"],
  exit: (code) => ["exit", String(code)],
  print: (lines) => ["print", ...words(lines)],
  printAndExit: (lines, code) => ["print-and-exit", String(code), ...words(lines)],
  repeat: (line) => ["repeat", line],
  countNetworks: () => ["count-networks"],
  serve: () => ["run"],
  absent: () => ["absent"],
  health: { good: () => ["CMD", "exit", "0"], bad: () => ["CMD", "exit", "1"], slow: () => ["CMD", "after", "200"] },
  slowStarter: () => ["run"],
  exec: {
    copyInput: (code) => ["copy-input", String(code)],
    printVariable: (name) => ["print-variable", name],
    printDirectory: () => ["print-directory"],
    isTerminal: () => ["is-terminal"],
    hasTerminalSize: ({ columns, rows }) => ["has-terminal-size", String(columns), String(rows)],
    printUser: () => ["print-user"],
  },
};

const image = "app:1";
const withEntrypoint = "app:entrypoint";
const missing = "app:missing";

/** The strategy in memory and its world; the probes read the engine's own records. */
export function memoryTarget(
  options: MemoryOptions = {},
  make = (all: MemoryOptions): MemoryDeploymentStrategy => new MemoryDeploymentStrategy(all),
): ContractTarget {
  const strategy = make({
    networks: [],
    onlyMadeFiles: options.supportedFields?.includes("secrets") ?? false,
    missingImages: [missing],
    entrypoints: { [withEntrypoint]: ["entrypoint"] },
    ...options,
  });
  const { services, networks } = strategy.engine;
  let made = 0;
  const makeFile = async (kind: "secret" | "config", content: string): Promise<string> => {
    const name = await fresh(kind);
    return strategy.engine.resources.create({ kind, name, labels: {}, content: Buffer.from(content) }).name;
  };
  const fresh = async (what: string) => `${what}-${(made += 1)}`;

  const settings = ({ id, request }: MemoryService) => ({
    ...request,
    ids: [id],
    labels: request.labels ?? {},
    openFiles: request.openFiles ? { soft: request.openFiles, hard: request.openFiles } : undefined,
  });

  return {
    strategy,
    programs,
    images: { plain: image, withEntrypoint, missing },
    probes: {
      settings: async (name) => {
        const service = services.get(name);
        return service && structuredClone(settings(service));
      },
      names: async () => [...services.keys()],
      instances: async (name) => {
        const service = services.get(name);
        return (service?.instances ?? []).map((instance) => {
          const { id, engineState, health, exitCode } = instanceStatus(instance, (service as MemoryService).request);
          return { id, process: id, running: engineState === "running", health, exitCode };
        });
      },
      output: async (name) =>
        services
          .get(name)
          ?.instances.flatMap(linesOf)
          .map(({ line }) => line) ?? [],
      stop: async (name) => strategy.engine.stop(name),
    },
    calls: countCalls(strategy.engine),
    lateEffectsMs: 10,
    network: async () => {
      const name = await fresh("network");
      networks?.add(name);
      return name;
    },
    volume: () => fresh("volume"),
    secret: (content) => makeFile("secret", content),
    config: (content) => makeFile("config", content),
    cleanup: async (name) => void services.delete(name),
    close: () => strategy.close(),
  };
}
