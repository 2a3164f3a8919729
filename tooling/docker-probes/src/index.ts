export { containerProbes } from "./container-probes.js";
export { containerTarget } from "./container-target.js";
export { TEST_LABELS } from "./docker-world.js";
export { execIn, writtenLines } from "./exec.js";
export { replicaProbes } from "./replica-probes.js";
export { type ProbedNode, serviceProbes } from "./service-probes.js";
export { serviceTarget } from "./service-target.js";
export { probedNodes } from "./swarm-nodes.js";
export { fails, fakeEngine } from "./fake-engine.js";
