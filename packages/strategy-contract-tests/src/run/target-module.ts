import type { ContractOptions } from "../describe-strategy-contract.js";
import type { ContractFactory, ContractTarget, EngineDetails } from "../target.js";

/** The implementation that a report is about. */
export interface Implementation {
  /** Such as the name of its package. */
  name: string;
  version: string;
  /** Who makes it. */
  organization?: string;
  /** Its home page or repository. */
  url?: string;
}

/** The default export of a module for `strategy-contract-tests run`. A {@link ContractFactory} alone is enough. */
export interface ContractTargetModule {
  factory: ContractFactory;
  /** The title of the report. Default: the name of the implementation. */
  name?: string;
  /** Time limits, random runs, and declared differences. */
  options?: Omit<ContractOptions, "only" | "shard">;
  /** Default: name and version of the package of the module (the closest `package.json`). */
  implementation?: Implementation;
  /** Default: {@link ContractTarget.engine}. */
  engine?: EngineDetails;
}

/** The target module can't be used. The message says why, for a user. */
export class TargetModuleError extends Error {
  override readonly name = "TargetModuleError";
}

/**
 * Checks the default export of a target module.
 * @param path the name of the module in messages.
 * @throws TargetModuleError
 */
export function readTargetModule(path: string, module: unknown): ContractTargetModule {
  const exported = asObject(module)?.["default"];
  if (exported === undefined) {
    throw new TargetModuleError(`${path} has no default export. Export a function that returns the target: ${EXAMPLE}`);
  }
  if (typeof exported === "function") return { factory: exported as ContractFactory };
  const object = asObject(exported);
  if (object === undefined || typeof object["factory"] !== "function") {
    const found = object === undefined ? `is ${describe(exported)}` : `has no function "factory"`;
    throw new TargetModuleError(`The default export of ${path} ${found}. Export a function, or an object: ${EXAMPLE}`);
  }
  const unknown = Object.keys(object).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) {
    throw new TargetModuleError(
      `The default export of ${path} has unknown keys: ${unknown.join(", ")}. Known keys: ${KEYS.join(", ")}.`,
    );
  }
  for (const [key, fields] of Object.entries(TEXT_FIELDS)) checkTexts(path, object, key, fields);
  if (object["name"] !== undefined && typeof object["name"] !== "string") throw notText(path, "name");
  return object as unknown as ContractTargetModule;
}

/** @throws TargetModuleError if the result of a factory lacks a required member. */
export function checkTarget(target: ContractTarget): ContractTarget {
  const missing = REQUIRED.filter((key) => asObject(target)?.[key] === undefined);
  if (missing.length === 0) return target;
  throw new TargetModuleError(`the factory returns no complete ContractTarget: ${missing.join(", ")} missing`);
}

const REQUIRED = [
  "strategy",
  "probes",
  "images",
  "network",
  "cleanup",
  "close",
] as const satisfies (keyof ContractTarget)[];

const KEYS = ["factory", "name", "options", "implementation", "engine"];
const EXAMPLE = "`export default { factory: async () => ({ strategy, probes, images, ... }) }`.";

/** Objects of texts, with their required fields. */
const TEXT_FIELDS = { implementation: ["name", "version"], engine: ["name", "version"] };

function checkTexts(path: string, object: Record<string, unknown>, key: string, required: readonly string[]): void {
  if (object[key] === undefined) return;
  const texts = asObject(object[key]);
  for (const field of new Set([...required, ...Object.keys(texts ?? {})])) {
    if (typeof texts?.[field] !== "string") throw notText(path, `${key}.${field}`);
  }
}

const notText = (path: string, key: string): TargetModuleError =>
  new TargetModuleError(`The default export of ${path}: ${key} must be a text.`);

const asObject = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;

const describe = (value: unknown): string => (value === null ? "null" : `a ${typeof value}`);
