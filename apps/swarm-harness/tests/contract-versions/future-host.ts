import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as core from "@openfactory/deploy-core";
import type * as deployer from "@openfactory/deployer";
import { build, type Plugin } from "esbuild";

const packages = fileURLToPath(new URL("../../../../packages/", import.meta.url));

/** What contract 1.1 would change, by file: texts, and their replacements. */
const CHANGES: Readonly<Record<string, readonly (readonly [text: string, replacement: string])[]>> = {
  "core/src/plugins/contract-version.ts": [[`CONTRACT_VERSION = "1.0"`, `CONTRACT_VERSION = "1.1"`]],
  "core/src/plugins/older-plugin.ts": [
    [
      "readonly RequestAddition[] = []",
      `readonly RequestAddition[] = [
        { since: "1.1", field: "priority", unless: [5] },
        { since: "1.1", field: "ports[].label" },
      ]`,
    ],
  ],
  // A field with a default is part of every normalized request.
  "core/src/request/deploy-request.ts": [
    ["templates: () => templatesSchema.optional(),", "$& priority: z.number().default(5),"],
  ],
  "core/src/request/ports.ts": [[`mode: z.enum(["ingress", "host"])`, `label: z.string().optional(), $&`]],
  "core/src/capabilities/capabilities.ts": [[`"elsewhere",\n] as const`, `"elsewhere", "snapshot",\n] as const`]],
};

const contractChange: Plugin = {
  name: "contract-1.1",
  setup({ onLoad }) {
    onLoad({ filter: /\/packages\/core\/src\/.*\.ts$/ }, ({ path }) => {
      const changes = CHANGES[path.slice(packages.length)] ?? [];
      const contents = changes.reduce(
        (code, [text, replacement]) => {
          if (code.split(text).length !== 2) throw new Error(`${path} does not contain exactly once: ${text}`);
          return code.replace(text, replacement);
        },
        readFileSync(path, "utf8"),
      );
      return { contents, loader: "ts" };
    });
  },
};

/** Core and the deployer with a contract 1.1, in a folder to remove. */
export async function buildFutureHost(): Promise<{ folder: string; host: FutureHost }> {
  const folder = mkdtempSync(join(tmpdir(), "openfactory-future-"));
  await build({
    stdin: {
      contents: `
        export { CAPABILITIES, CONTRACT_VERSION, StrategyRegistry, supports } from "./core/src/index.ts";
        export { down, plan, up } from "./deployer/src/index.ts";`,
      resolveDir: packages,
    },
    outfile: join(folder, "host.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    conditions: ["@openfactory/source"],
    plugins: [contractChange],
    logLevel: "error",
  });
  const loaded = (await import(pathToFileURL(join(folder, "host.cjs")).href)) as { default: FutureHost };
  return { folder, host: loaded.default };
}

export type FutureHost = Pick<typeof core, "CAPABILITIES" | "CONTRACT_VERSION" | "StrategyRegistry" | "supports"> &
  Pick<typeof deployer, "down" | "plan" | "up">;
