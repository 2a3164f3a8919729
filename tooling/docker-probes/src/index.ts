export { containerProbes, containerTarget } from "./containers.js";
export { execIn, writtenLines } from "./engine-io.js";
export { TEST_LABELS } from "./engine-resources.js";
export { fails, fakeEngine } from "./fake-engine.js";
export { podmanTarget } from "./podman.js";
export { isRefusedByCore, REFUSED_BY_A_SWARM, REFUSED_EVERYWHERE } from "./refused-requests.js";
export { type Login, logIn } from "./registries.js";
export { replicaProbes } from "./replica-probes.js";
export { type ProbedNode, probedNodes, serviceProbes, serviceTarget } from "./services.js";
