import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContractTargetModule } from "@openfactory/strategy-contract-tests";
import { MyPlatformStrategy } from "../src/index.js";
import { createProbes } from "./probes.js";

/** The strategy and its platform, for the contract tests and the conformance report. */
const target: ContractTargetModule = {
  factory: async () => {
    const folder = await mkdtemp(join(tmpdir(), "my-platform-"));
    return {
      strategy: new MyPlatformStrategy({ folder }),
      probes: createProbes(folder),
      images: { plain: "app:1", withEntrypoint: "app:1", missing: "registry.invalid/app:1" },
      network: async () => "network",
      cleanup: (name) => rm(join(folder, `${name}.json`), { force: true }),
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
  // The time limit for expected state changes, in milliseconds. Your platform may need more.
  options: { pollTimeoutMs: 10_000 },
};

export default target;
