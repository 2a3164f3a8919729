import { ofSuite } from "./of-suite.ts";

const source = "packages/strategy-swarm/src";
const translators = "packages/docker-translators/src";

/** What is told of services to compare them, and changes by that: updates, rollbacks, scalings. */
export const swarmChangeMutations = ofSuite("swarm", [
  ["settings lose mounts", `${translators}/from-service-spec.ts`, "    ...fromServiceMounts(container),\n", "", "settings\\W.*mounts: "],
  ["settings lose limits", `${translators}/from-service-spec.ts`, "    ...fromTaskResources(task),\n", "", "settings\\W.*resources: "],
  [
    "settings name networks by id",
    `${translators}/fields/networks-from-service.ts`,
    'names.get(Target ?? "") ?? Target ?? ""',
    'Target ?? ""',
    "settings\\W.*networks, three",
  ],
  [
    "settings hold the strategy's own labels",
    `${translators}/fields/labels-from-service.ts`,
    "withoutOwnLabels({ ...ofService, ...ofContainer })",
    "{ ...ofService, ...ofContainer }",
    "settings hold what was asked for",
  ],
  [
    "settings tell what holds anyway",
    `${translators}/fields/restart-from-service.ts`,
    "condition === usual && !hasKeys(rest) ? {} :",
    "condition === usual && !hasKeys(rest) && !RestartPolicy ? {} :",
    "settings hold what was asked for",
  ],
  ["env in the order of the request", `${translators}/from-service-spec.ts`, "[...(container.Env ?? [])].sort()", "[...(container.Env ?? [])]", "settings are the same with env"],
  ["settings without the digest", `${source}/settings.ts`, "apiVersion: await engine.apiVersion({ signal }), image }", "apiVersion: await engine.apiVersion({ signal }) }", "settings\\W.*pull policy `always`"],
  ["one revision for ever", `${source}/settings.ts`, "revision: revisionOf(Spec)", 'revision: "1"', "settings and revision stay"],
  ["a stale update made all the same", `${source}/update.ts`, "if (revision === undefined || revisionOf(Spec) === revision) return;", "if (revision !== \"\") return;", "an update of what was seen"],
  ["an update of some of the request", `${translators}/change-service-spec.ts`, "    ...rest,\n    TaskTemplate", "    Name: rest.Name,\n    Mode: rest.Mode,\n    TaskTemplate", "update makes the service what the request says"],
  [
    "an update that keeps what the request left out",
    `${translators}/change-service-spec.ts`,
    "...unsaid(container, SAID.container), ...ContainerSpec",
    "...container, ...ContainerSpec",
    "back to none of them",
  ],
  ["a missing network taken for a stale version", `${source}/create-fault.ts`, "    throw explainSpecFault(subject, error);", '    throw new DeploymentError("CONFLICT", "x", { hint: "x" });', "an update that is refused"],
  ["a rolled back update taken for done", `${source}/update-end.ts`, "      if (service.PreviousSpec || isPast) return undefined;", "      if (service !== undefined) return undefined;", "is to be rolled back"],
  ["the wrong task told of a rollback", `${source}/update-end.ts`, "tasks.filter((task) => !present.includes(task))", "present", "is to be rolled back"],
  ["a rollback that was asked for taken for a failure", `${source}/update-end.ts`, "service.PreviousSpec || isPast", "isPast", "rollback done twice"],
  ["the first of versions brought back by hand", `${source}/rollback.ts`, "const previous = previousSpec(service);", "const previous = previousSpec(service) ?? service.Spec;", "rollback of one that was never updated"],
  ["one replica too many", `${source}/scale.ts`, "...spec.Mode.Replicated, Replicas }", "...spec.Mode.Replicated, Replicas: Replicas + 1 }", "scale sets the number"],
  ["SWARM_REPLICAS not changed by scale", `${source}/scale.ts`, "...withReplicasVariable(spec, Replicas), Mode", "...spec, Mode", "the settings of a scaled service"],
  ["the same values for each replica", `${translators}/fields/replica-env.ts`, "entry: `${name}=${value}`", "entry: `${name}=${name}`", "each of three replicas reads"],
  ["a variable of the request replaced by that of the replica", `${translators}/fields/replica-env.ts`, "all.filter(({ name }) => !kept.has(name))", "all", "a variable that env sets"],
  [
    "a variable of the request changed by scale",
    `${translators}/fields/replica-env.ts`,
    '  if (!spec.Labels?.[REPLICA_ENV_LABEL]?.split(" ").includes(REPLICAS_VARIABLE)) return spec;\n',
    "",
    "a variable that env sets",
  ],
  ["variables of a replica without replicaEnv", `${translators}/to-service-spec.ts`, "  if (!request.replicaEnv) return toEnv(request);\n", "", "a request without replicaEnv"],
  ["settings lose replicaEnv", `${translators}/from-service-spec.ts`, "    ...replicaEnv,\n", "", "the settings of a service with these variables"],
  ["the task of an abandoned update reported for the one that runs", `${source}/status.ts`, "const index = history.findIndex(isRunning);", "const index = 0;", "an update that no node can take"],
  ["a rollback of a job that never ends", `${source}/status.ts`, 'isJob(service) ? undefined : UPDATES[service.UpdateStatus?.State ?? ""]', 'UPDATES[service.UpdateStatus?.State ?? ""]', "rollback of a job"],
  ["no replicas taken for running", `${source}/status.ts`, '  if (desired === 0) return "stopped";\n  if (isJob(service)) {', "  if (isJob(service)) {", "wait on one of no replicas"],
  ["a crash loop taken for a failed health check", `${source}/health.ts`, "  if (!hasCompleted({ Status, ...task })) return false;", "  if (!hasCompleted({ Status, ...task })) return true;", "wait on one that ends by itself"],
  ["half a replica asked for", `${source}/scale.ts`, "!Number.isSafeInteger(replicas) || replicas < 0", "Number.isNaN(replicas)", "scale to"],
]);

/** What services use, and what is found before they are made. */
export const swarmResourceMutations = ofSuite("swarm", [
  ["a network in use not waited for", `${source}/resources/remove-resource.ts`, "    if (isUsed(error)) return error;\n", "", "a network\\W+that a service uses"],
  [
    "a network that lingers taken for gone",
    `${source}/resources/remove-resource.ts`,
    'kind === "network" && (await',
    'kind !== "network" && (await',
    "a network\\W+that a service uses",
  ],
  ["removal by a part of a resource's name", `${source}/resources/list-resources.ts`, "all.find((resource) => resource.name === name)", "all.find((resource) => resource.name.includes(name))", "is known by its exact name"],
  [
    "a volume of that name taken for the new one",
    `${source}/resources/create-resource.ts`,
    "(await findResource(engine, kind, name, { signal })) !== undefined) throw",
    "(await findResource(engine, kind, name, { signal }))?.id === undefined) throw",
    "a volume\\W+(whose name is in use|is made)",
  ],
  ["resources listed with any value of a label", `${source}/resources/list-resources.ts`, "lists.flat().filter(carries)", "lists.flat().filter((resource) => carries(resource) || true)", "is listed by kinds and labels"],
  ["content in another coding", `${source}/resources/create-resource.ts`, 'Buffer.from(content).toString("base64")', 'Buffer.from(Buffer.from(content).toString("latin1")).toString("base64")', "the content of a config"],
  ["preflight does not look at names", `${source}/preflight/preflight.ts`, "  if (updates || !services", "  if (!updates || !services", "preflight finds a name in use"],
  ["preflight counts ports that are given up", `${source}/preflight/ports.ts`, "!updated.has(name)", "name !== \"\"", "one gives up what another wants"],
  ["preflight does not compare the requests", `${source}/preflight/ports.ts`, "all.slice(0, all.findIndex((holder) => holder.candidate === candidate))", "all.filter((holder) => holder.candidate === undefined)", "two of the requests want one host port"],
  ["preflight handed a listing looks at nothing", `${source}/preflight/world.ts`, "listed ?? listServices", "(listed && []) ?? listServices", "handed a listing finds the same"],
  ["preflight takes any node", `${source}/preflight/placement.ts`, "if (fitting.length === 0) return [noNode(candidate, constraints)];", "if (fitting.length === 0) return [];", "constraints that no node fulfils"],
  ["preflight does not look at volumes' options", `${source}/preflight/volumes.ts`, "if (message === undefined) return [];", "if (message !== undefined) return [];", "a volume that exists with other options"],
  ["preflight content with a registry's refusal", `${source}/preflight/images.ts`, "      if (fault !== undefined) faults.set(image, fault);\n", "      if (fault?.code === \"UNAUTHORIZED\") faults.set(image, fault);\n", "an image that its registry does not have"],
  ["preflight takes a part of a network's name", `${source}/preflight/networks.ts`, "networks.filter(({ Name }) => Name === name)", "networks.filter(({ Name }) => Name.startsWith(name))", "networks that are missing"],
]);
