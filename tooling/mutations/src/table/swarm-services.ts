import { ofSuite } from "./of-suite.ts";

const source = "packages/strategy-swarm/src";
/** The services that are found, each by its exact name. */
const BY_NAME = "new Map(listed.map((service) => [service.Spec.Name, service]))";

/** Deploys, and services that are there, and what goes wrong with them. */
export const swarmServiceMutations = ofSuite("swarm", [
  [
    "a name in use taken for done",
    `${source}/deploy.ts`,
    "    throw await explainCreateFault(engine, request, error);",
    '    const fault = await explainCreateFault(engine, request, error);\n    if (!DeploymentError.isInstance(fault, "ALREADY_EXISTS")) throw fault;\n    return { id: (await engine.services.inspect(request.name)).ID, warnings: [] };',
    "a name in use: ALREADY_EXISTS",
  ],
  ["an aborted deploy goes on", `${source}/deploy.ts`, "  await undoIfAborted(engine, created, name, signal);\n", "", "at each progress event"],
  ["an aborted deploy not cleaned up", `${source}/deploy.ts`, "    await engine.services.remove(created.id);\n", "", "at each progress event"],
  [
    "a missing network told as an engine error",
    `${source}/create-fault.ts`,
    "return withNetworkField(error, request);",
    'return new DeploymentError("ENGINE_ERROR", error.message, { ...context, hint: error.hint });',
    "as number 0 of three",
  ],
  ["a port in use told as an invalid request", `${source}/create-fault.ts`, "if (port !== null) {", "if (port !== null && networks.length > 9) {", "a host port that another service has"],
  [
    "the caller's request changed",
    `${source}/strategy.ts`,
    "await deployService(this.#engine, prepared, safe);",
    "await deployService(this.#engine, Object.assign(request, prepared), safe);",
    "the caller's objects",
  ],
  [
    "removal by the beginning of a name",
    `${source}/find-service.ts`,
    BY_NAME,
    "new Map(wanted.map((name) => [name, listed.find(({ Spec }) => Spec.Name.startsWith(name))]))",
    "names are exact",
  ],
  [
    "look-up by id",
    `${source}/find-service.ts`,
    BY_NAME,
    "new Map(await Promise.all(wanted.map(async (name) => [name, await engine.services.inspect(name).catch(() => undefined)])))",
    "an id, whole or cut off",
  ],
  [
    "NOT_FOUND swallowed",
    `${source}/remove.ts`,
    "  const { ID: id } = await findService(engine, serviceName, { signal });\n",
    "  const id = await findService(engine, serviceName, { signal }).then(({ ID }) => ID, () => undefined);\n  if (id === undefined) return;\n",
    "of one that isn't there",
  ],
  ["removal does not wait", `${source}/remove.ts`, "  if (!wait) return;\n", "  if (wait || !wait) return;\n", "remove\\W+with `wait`|gives it the time to end"],
  [
    "wait returns at once",
    `${source}/wait.ts`,
    "    if (updateError !== undefined) throw updateError;\n",
    "    return status;\n",
    "wait resolves when the process runs",
  ],
  [
    "wait ignores health",
    `${source}/tasks.ts`,
    'task.Status.State === "running" &&',
    '(task.Status.State === "running" || task.Status.State === "starting") &&',
    "healthy after a while",
  ],
  ["wait ignores failed tasks", `${source}/wait.ts`, "if (failed !== undefined) throw", "if (failed?.length === 0) throw", "wait on one that ends at once with 1:"],
  [
    "exit codes lost",
    `${source}/status.ts`,
    "exitCode: exitCodeOf(telling),",
    "exitCode: undefined,",
    "wait on one that ends at once with 42",
  ],
  ["logs lose stderr", `${source}/logs.ts`, "    yield toEntry(serviceName, frame, observed);", '    if (frame.stream === "stdout") yield toEntry(serviceName, frame, observed);', "logs have each line whole"],
  ["a follow outlives the service", `${source}/logs.ts`, "  if (follow) untilRemoved(", "  if (!follow) untilRemoved(", "following ends when the service is removed"],
  ["list ignores labels", `${source}/strategy.ts`, "listServices(this.#engine, labels, options)", "listServices(this.#engine, {}, options)", "list by labels"],
  ["list takes one of several labels for all", `${source}/observe.ts`, "listed.filter(({ Spec }) => carries(Spec.Labels, labels))", "listed", "list by labels"],
  ["list unsorted", `${source}/observe.ts`, "(a.name < b.name ? -1 : 1)", "(a.createdAt < b.createdAt ? -1 : 1)", "list has each service once"],
  ["replicas that run not counted", `${source}/status.ts`, "instances.filter(({ state }) => state === \"running\").length, desired", "desired, desired", "somebody stopped|has ended with 1"],
  [
    "refreshAuth starts tasks anew",
    `${source}/refresh-auth.ts`,
    "await engine.services.update(ID, version, Spec,",
    "await engine.services.update(ID, version, { ...Spec, TaskTemplate: { ...Spec.TaskTemplate, ForceUpdate: 1 } },",
    "refreshAuth changes nothing",
  ],
  [
    "refreshAuth of none taken for done",
    `${source}/refresh-auth.ts`,
    "const service = await findService(engine, serviceName, { signal });",
    "const service = await findService(engine, serviceName, { signal }).catch(() => undefined);\n  if (service === undefined) return { name: serviceName, renewed: false, warnings: [] };",
    "refreshAuth of none",
  ],
  [
    "env in a task's error",
    `${source}/status.ts`,
    "secretsOf(service).text(telling.Status.Err)",
    "telling.Status.Err",
    "the engine repeats from the command",
  ],
  [
    "env in the log lines of an error",
    `${source}/failure.ts`,
    "lines.map((line) => secrets.text(line))",
    "secrets === undefined ? [] : lines",
    "value of env that is in the last log lines",
  ],
  ["diagnose does not look at networks", `${source}/diagnose.ts`, "(options.networks ?? [])", "([] as string[])", "diagnose finds"],
]);
