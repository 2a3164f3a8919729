import type { Mutation } from "../mutation.ts";
import { dockerDeployMutations } from "./docker-deploy.ts";
import { dockerFieldMutations } from "./docker-fields.ts";
import { dockerServiceMutations } from "./docker-services.ts";
import { dockerUpdateMutations } from "./docker-updates.ts";
import { swarmChangeMutations, swarmResourceMutations } from "./swarm-changes.ts";
import { swarmFieldMutations } from "./swarm-fields.ts";
import { swarmServiceMutations } from "./swarm-services.ts";

export const mutations: readonly Mutation[] = [
  ...dockerFieldMutations,
  ...dockerDeployMutations,
  ...dockerServiceMutations,
  ...dockerUpdateMutations,
  ...swarmFieldMutations,
  ...swarmServiceMutations,
  ...swarmChangeMutations,
  ...swarmResourceMutations,
];
