import { createEngine } from "@openfactory/docker-engine";
import { logIn, probedNodes, serviceTarget } from "@openfactory/docker-probes";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { limits } from "./limits.ts";

/** The swarm that all mutations share, passed by the runner. */
const { nodes, gateway } = JSON.parse(process.env["MUTATION_SWARM"] ?? "{}");

describeStrategyContract(
  "swarm",
  () => {
    const login = logIn();
    const strategy = new SwarmDeploymentStrategy(createEngine({ host: nodes[0].host, env: login.env }));
    const target = serviceTarget(strategy, probedNodes(nodes), gateway);
    return { ...target, close: () => target.close().finally(login.end) };
  },
  limits,
);
