import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = fileURLToPath(new URL("../..", import.meta.url));

// Workspace packages are read from their sources, so that no test runs against a stale build.
const conditions = ["@openfactory/source", "node", "import", "default"];
const shared = {
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
const sources = "{packages,apps,tooling,examples}/*/{src,test,tests}/**";
const engineTests = `${sources}/*.engine.test.ts`;
const swarmTests = `${sources}/*.swarm.test.ts`;
const repeatTests = `${sources}/*.repeat.test.ts`;
const matrixTests = `${sources}/*.matrix.test.ts`;
const packageTests = `${sources}/*.packages.test.ts`;
const onRealEngines = {
  // Containers start and stop in seconds. These tests wait more than they compute: four run at a time on two cores.
  maxWorkers: 4,
  sequence: { groupOrder: 1 },
  testTimeout: 120_000,
  hookTimeout: 600_000,
  // An engine in a container was seen to hang as it started one, once in many thousands: nothing of ours can be done
  // about it, and `npm test` tells which test was tried again.
  retry: { count: 1, condition: /did not answer within \d+ ms when asked to/ },
  globalSetup: ["tooling/vitest/engine.setup.ts"],
};

/** Files whose tests take minutes: they start first, so that no worker is alone with one of them at the end. */
const LONGEST = ["contract.swarm", "contract.engine", "newest-engine", "scenarios", "killed", "update", "images"];

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
 * `unit` needs nothing, `engine` a Docker Engine, `swarm` an engine on which dind nodes can run, `packages` npm and its
 * registry. `repeat` and `matrix` are not part of `npm test`: the same tests on further engine versions, and the contract
 * on every engine version.
 */
export default defineConfig({
  ...shared,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          maxWorkers: 2,
          // No test changes a module or a global for others. Loading each module once per worker, and not once per file,
          // takes a quarter of the time.
          isolate: false,
          // Most take milliseconds. A few run the command many times, on machines that may be busy.
          testTimeout: 30_000,
          include: [`${sources}/*.test.ts`],
          exclude: [
            ...configDefaults.exclude,
            "**/dist/**",
            engineTests,
            swarmTests,
            repeatTests,
            matrixTests,
            packageTests,
          ],
        },
      },
      { ...shared, test: { name: "engine", include: [engineTests], ...onRealEngines } },
      { ...shared, test: { name: "swarm", include: [swarmTests], ...onRealEngines } },
      { ...shared, test: { name: "packages", include: [packageTests], maxWorkers: 4, sequence: { groupOrder: 1 } } },
      { ...shared, test: { name: "repeat", include: [repeatTests], ...onRealEngines } },
      { ...shared, test: { name: "matrix", include: [matrixTests], ...onRealEngines } },
    ],
  },
});
