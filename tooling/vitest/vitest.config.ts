import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = fileURLToPath(new URL("../..", import.meta.url));

// Resolve workspace packages to their sources, so that tests don't use an old build.
const conditions = ["@openfactory/source", "node", "import", "default"];
const shared = {
  root,
  resolve: {
    conditions,
    // For examples/strategy-quadlet, which is outside of the workspace and has no packages installed.
    alias: [{ find: /^@openfactory\/deploy-core$/, replacement: `${root}packages/core/src/index.ts` }],
  },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
const sources = "{packages,apps,tooling,examples}/*/{src,test,tests}/**";
const engineTests = `${sources}/*.engine.test.ts`;
const swarmTests = `${sources}/*.swarm.test.ts`;
const repeatTests = `${sources}/*.repeat.test.ts`;
const matrixTests = `${sources}/*.matrix.test.ts`;
const faultTests = `${sources}/*.faults.test.ts`;
const longTests = `${sources}/*.long.test.ts`;
const packageTests = `${sources}/*.packages.test.ts`;
// In other projects than `long`, `isolate: false` loads each module once per worker instead of once per file: no test changes a module or a
// global for others.
const onRealEngines = {
  // These tests wait for containers more than they compute, so eight run at the same time on two cores.
  maxWorkers: 8,
  isolate: false,
  sequence: { groupOrder: 1 },
  testTimeout: 300_000,
  hookTimeout: 600_000,
  // In rare cases, an engine in a container hangs when it starts a container, which tests can't avoid. `npm test` lists
  // retried tests.
  retry: { count: 1, condition: /did not answer within \d+ ms when asked to/ },
  globalSetup: ["tooling/vitest/engine.setup.ts"],
};

/** Files with tests that take minutes. They start first, so that the workers finish at about the same time. */
const LONGEST = [
  "contract-",
  "swarm.swarm",
  "packed",
  "update.swarm",
  "ofdeploy.engine",
  "scenarios",
  "faults.swarm",
  "update",
  "jobs.swarm",
  "devices",
  "resources.engine",
  "sample",
  "images",
  "replicas.swarm",
  "newest-engine",
  "run-command",
  "killed",
  "processes.engine",
  "lock.swarm",
  "two-files",
  "parity",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((part) => moduleId.includes(part));
      return found < 0 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/**
 * `unit` requires nothing, `engine` a Docker Engine, `swarm` an engine that can run dind nodes, `packages` npm and its
 * registry; `real` are these three. `repeat`, `matrix` and `long` are not part of `npm test`: they run the same tests on other
 * engine versions and with more cases, the contract on every engine version, and outages, load and soak.
 */
export default defineConfig({
  ...shared,
  test: {
    sequence: { sequencer: LongestFirst },
    // The summary of `npm test` has the message of a failure only, so it must contain the values.
    chaiConfig: { truncateThreshold: 2_000 },
    expect: { poll: { timeout: 120_000 } },
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          // Half of the time of these tests is spent in short waits, so four run at the same time on two cores.
          maxWorkers: 4,
          isolate: false,
          // Most take milliseconds, but a few run the command many times, and a busy machine takes ten times as long.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          setupFiles: ["tooling/vitest/scrypt.setup.ts"],
          include: [`${sources}/*.test.ts`],
          exclude: [
            ...configDefaults.exclude,
            "**/dist/**",
            engineTests,
            swarmTests,
            repeatTests,
            matrixTests,
            faultTests,
            packageTests,
            longTests,
          ],
        },
      },
      // The next three in one project: vitest starts a new worker, which loads all modules again, for a file of another project.
      { ...shared, test: { name: "real", include: [engineTests, swarmTests, packageTests], ...onRealEngines } },
      { ...shared, test: { name: "engine", include: [engineTests], ...onRealEngines } },
      { ...shared, test: { name: "swarm", include: [swarmTests], ...onRealEngines } },
      {
        ...shared,
        test: {
          name: "packages",
          include: [packageTests],
          maxWorkers: 8,
          isolate: false,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      { ...shared, test: { name: "repeat", include: [repeatTests], ...onRealEngines } },
      { ...shared, test: { name: "matrix", include: [matrixTests], ...onRealEngines } },
      {
        ...shared,
        test: { name: "faults", include: [faultTests], ...onRealEngines, retry: 0, hookTimeout: 1_200_000 },
      },
      // One at a time: they put load on the machine, or measure memory.
      {
        ...shared,
        test: {
          name: "long",
          include: [longTests],
          ...onRealEngines,
          maxWorkers: 1,
          isolate: true,
          retry: 0,
          testTimeout: 600_000,
        },
      },
    ],
  },
});
