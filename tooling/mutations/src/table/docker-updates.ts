import { ofSuite } from "./of-suite.ts";

const source = "packages/strategy-local-docker/src";

/** Services that are changed, and what is told, found and kept of them. */
export const dockerUpdateMutations = ofSuite("docker", [
  ["an update of what was changed since", `${source}/update/update.ts`, "options.revision !== seen", "options.revision === \"\"", "of what has been changed since"],
  [
    "a new version that does not get the name",
    `${source}/update/take-over.ts`,
    "await engine.containers.rename(id, nameAt({ base, policy }));",
    "void [id, base, policy];",
    "update makes the service what the request says",
  ],
  [
    "a failed update not put back",
    `${source}/update/make-change.ts`,
    "    throw await putBack(engine, change, stopped, cause);",
    "    throw cause;",
    "an update that is aborted\\W+at each progress event",
  ],
  ["what an update stopped not started again", `${source}/family/settle.ts`, "for (const { id } of resume)", "for (const { id } of [] as typeof resume)", "to what can't be started"],
  ["what has left does not get its name back", `${source}/family/repairs.ts`, "    restore: leaving,", "    restore: [],", "to what can't be started"],
  [
    "two processes on one host port",
    `${source}/update/claims.ts`,
    "  !a.ports.some((port) => b.ports.some((other) => sameHostPort(port, other))) &&\n",
    "",
    "an update of one that has a host port is made",
  ],
  ["an aborted update goes on", `${source}/update/take-over.ts`, '  options.observer?.({ type: "step", service: change.service, step: "switch" });\n  throwIfAborted(options.signal, { service: change.service });\n', '  options.observer?.({ type: "step", service: change.service, step: "switch" });\n', "an update that is aborted\\W+at each progress event"],
  ["nothing kept for a rollback", `${source}/family/repairs.ts`, "    retire: [...leaving, ...same.filter(isAwake)],", "    retire: [],\n    discard: leaving,", "rollback brings back"],
  ["a rollback has no way back", `${source}/family/families.ts`, "a.replaces === b.version || b.replaces === a.version", "a.replaces === b.version", "rollback done twice"],
  ["the version before told as a service", `${source}/family/families.ts`, "isBeside(member, members) ? member : byName(member)", "byName(member)", "after updates there is one service"],
  ["the version before left by a removal", `${source}/remove.ts`, "const beside = family.filter((member) => !current.includes(member));", "const beside = family.filter(() => false);", "after updates there is one service"],
  ["the image's variables taken for asked", "packages/docker-translators/src/from-container/process.ts", ".filter((entry) => !given.has(entry))", ".filter((entry) => given.size >= 0 || entry)", "settings hold what was asked for"],
  ["the strategy's own labels told", "packages/docker-translators/src/own-labels.ts", ".filter(([name]) => !OWN.has(name))", "", "settings hold what was asked for"],
  ["list tells no settings", `${source}/list.ts`, "settings ? await withSettings(engine, sorted, options) : sorted;", "sorted;", "settings hold what was asked for"],
  ["a digest that is not what is made", `${source}/settings/settings-of.ts`, "return known.includes(digest) ? known[0] : digest;", "return digest ? known[0] : undefined;", "with the pull policy `always`"],
  ["a lock that is held taken", `${source}/lock.ts`, "if (lock.Labels?.[TRY_LABEL] !== attempt) return holderOf(lock);", "if (lock.Labels?.[TRY_LABEL] === undefined) return holderOf(lock);", "who try at once"],
  ["another's lock let go of", `${source}/lock.ts`, "if (holderOf(lock).id === holderId) await", "await", "only its holder lets go"],
  ["a resource's name in use taken for done", `${source}/resources/volumes.ts`, "return volume.Labels?.[OPERATION_LABEL] === operation ? toResource(volume) : undefined;", "return toResource(volume);", "ALREADY_EXISTS"],
  ["a network in use told as one that may not be removed", `${source}/resources/networks.ts`, "return statusCode === FORBIDDEN || /is in use by|has active endpoints/i.test(message);", "return statusCode === FORBIDDEN + 1 && message === \"\";", "that a service uses: CONFLICT"],
  ["host ports not looked at", `${source}/preflight/preflight.ts`, "    ...checkPorts(candidate, world, candidates),\n", "", "preflight finds a host port"],
  ["preflight handed a listing looks at nothing", `${source}/preflight/world.ts`, "containersBehind(listed) ??", "(listed && []) ??", "handed a listing finds the same"],
  ["the order of mount options counted as a difference", "packages/core/src/request/volume-driver.ts", ".sort().join(\",\")", ".join(\",\")", "preflight finds a volume"],
  ["volumes with other options not looked at", `${source}/preflight/preflight.ts`, "    ...checkVolumes(candidate, world),\n", "", "preflight finds a volume"],
  ["a service's own port in its way", `${source}/preflight/check-ports.ts`, "!updated.has(id) && has", "has", "none that the service itself has"],
]);
