import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../..", import.meta.url));

// Workspace packages are read from their sources, so that no test runs against a stale build.
const conditions = ["@openfactory/source", "node", "import", "default"];
const shared = {
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};
const sources = "{packages,apps,tooling}/*/{src,test}/**";
const engineTests = `${sources}/*.engine.test.ts`;
const swarmTests = `${sources}/*.swarm.test.ts`;
const matrixTests = `${sources}/*.matrix.test.ts`;
const onRealEngines = {
  // Containers start and stop in seconds, and two cores serve them all.
  testTimeout: 120_000,
  hookTimeout: 600_000,
  // An engine in a container was seen to hang as it started one, once in many thousands: nothing of ours can be done
  // about it, and `npm test` tells which test was tried again.
  retry: { count: 1, condition: /did not answer within \d+ ms when asked to/ },
  globalSetup: ["tooling/vitest/engine.setup.ts"],
};

/**
 * `unit` needs nothing, `engine` a Docker Engine, `swarm` an engine on which dind nodes can run; `matrix` is the contract
 * on every engine version, and not part of `npm test`.
 */
export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: [`${sources}/*.test.ts`],
          exclude: [...configDefaults.exclude, "**/dist/**", engineTests, swarmTests, matrixTests],
        },
      },
      { ...shared, test: { name: "engine", include: [engineTests], maxWorkers: 2, ...onRealEngines } },
      { ...shared, test: { name: "swarm", include: [swarmTests], maxWorkers: 1, ...onRealEngines } },
      { ...shared, test: { name: "matrix", include: [matrixTests], maxWorkers: 2, ...onRealEngines } },
    ],
  },
});
