import { ofSuite } from "./of-suite.ts";

const source = "packages/strategy-local-docker/src";

const deploying = `  async deploy(request: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request: prepared, warnings } = this.prepare(request, options);`;

/** Faults of deploys. */
export const dockerDeployMutations = ofSuite("docker", [
  [
    "networks joined after the start",
    `${source}/deploy/deploy.ts`,
    "    // Before the start, so that the process finds all its networks.\n",
    "    await engine.containers.start(id, { signal });\n",
    "before its process starts",
  ],
  [
    "a name in use reported as created",
    `${source}/deploy/create-container.ts`,
    'if (DeploymentError.isInstance(error, "CONFLICT")) throw await nameInUse(engine, serviceName, initialName, error);',
    'if (DeploymentError.isInstance(error, "CONFLICT")) return { id: (await engine.containers.inspect(initialName)).Id, warnings: [] };',
    "with a name in use rejects",
  ],
  [
    "a container of that name replaced",
    `${source}/deploy/create-container.ts`,
    'if (DeploymentError.isInstance(error, "CONFLICT")) throw await nameInUse(engine, serviceName, initialName, error);',
    'if (DeploymentError.isInstance(error, "CONFLICT")) { await engine.containers.remove(initialName, { force: true }); return engine.containers.create(initialName, body); }',
    "with a name in use rejects",
  ],
  [
    "the owner of a name in use not named",
    `${source}/deploy/create-container.ts`,
    "  if (owner !== undefined) return ownedByOther(",
    "  if (owner === null) return ownedByOther(",
    "with the name of another orchestrator's container",
  ],
  [
    "ports that the engine drops not reported",
    `${source}/ports.ts`,
    "return missing.length === 0 ? [] : [",
    "return missing.length >= 0 ? [] : [",
    "a port on an internal network",
  ],
  [
    "ports on the network host not reported",
    `${source}/manifest.ts`,
    '    when: on("host"),',
    "    when: () => false,",
    "a network that publishes none",
  ],
  [
    "ports that are dropped accepted in strict mode",
    `${source}/warnings.ts`,
    "  if (strict) throw unsupportedError(service, field, reason);\n",
    "",
    "a port on an internal network",
  ],
  [
    "a failed start not cleaned up",
    `${source}/deploy/deploy.ts`,
    "throw await removeCreated(engine, created, error);",
    "throw error;",
    "another service's host port",
  ],
  [
    "a missing network not cleaned up",
    `${source}/deploy/deploy.ts`,
    "throw await removeCreated(engine, created, error);",
    'throw DeploymentError.isInstance(error, "NETWORK_NOT_FOUND") ? error : await removeCreated(engine, created, error);',
    "as number 2 of three",
  ],
  [
    "an aborted deploy not cleaned up",
    `${source}/deploy/deploy.ts`,
    "throw await removeCreated(engine, created, error);",
    'throw DeploymentError.isInstance(error, "ABORTED") ? error : await removeCreated(engine, created, error);',
    "at each progress event",
  ],
  [
    "abort ignored",
    `${source}/strategy.ts`,
    "await deployContainers(this.#engine, containers, safe)",
    "await deployContainers(this.#engine, containers, { ...safe, signal: undefined })",
    "at each progress event",
  ],
  [
    "the last check of the signal removed",
    `${source}/deploy/deploy.ts`,
    "await (replacesStopped ? startWhenPortsFree : startInSlot)(engine, id, { signal });\n    throwIfAborted(signal, { service: name });\n  } catch (error) {\n    throw explainStartError(engine, request, error);\n  }\n  return checkPublishedPorts(engine, id, request, options);",
    // The comparison of the published ports checks the signal, too.
    "await engine.containers.start(id);\n  } catch (error) {\n    throw explainStartError(engine, request, error);\n  }\n  return [];",
    "at each progress event",
  ],
  [
    "`always` behaves as `missing`",
    `${source}/deploy/create-container.ts`,
    'if (request.imagePullPolicy === "always") {',
    "if (request.image === undefined) {",
    "`always` runs the current image",
  ],
  [
    "`never` behaves as `missing`",
    `${source}/deploy/create-container.ts`,
    '    if (request.imagePullPolicy === "never") throw imageNotLoaded(engine, request, error);\n',
    "",
    "`never` does not pull",
  ],
  [
    "the caller's request changed",
    `${source}/strategy.ts`,
    deploying,
    deploying.replace("\n", '\n    request.imagePullPolicy ??= "missing";\n'),
    "request objects",
  ],
  [
    "strict mode ignored",
    `${source}/strategy.ts`,
    deploying,
    deploying.replace("(request, options)", "(request, { ...options, strict: false })"),
    "request field\\W+constraints",
  ],
  [
    "warnings dropped",
    `${source}/strategy.ts`,
    "[...warnings, ...started",
    "[...started",
    "request field\\W+constraints",
  ],
  [
    "warnings not passed to the observer",
    `${source}/strategy.ts`,
    deploying,
    deploying.replace("(request, options)", "(request, { ...options, observer: undefined })"),
    "request field\\W+constraints",
  ],
  [
    "env in an error, in the engine's message",
    "packages/core/src/secrets/guard-strategy.ts",
    "redactWarnings(deployment.warnings, redactor) };\n  } catch (error) {\n    throw redactError(error, redactor);",
    "redactWarnings(deployment.warnings, redactor) };\n  } catch (error) {\n    throw error;",
    "the engine quotes from the command",
  ],
  [
    "env in the log lines of an error",
    `${source}/wait/failure.ts`,
    "return redactError(error, new Redactor(() => secretsOfRequest(request)));",
    'return request.name === "" ? redactError(error, new Redactor(() => secretsOfRequest(request))) : error;',
    "value of env that is in the last log lines",
  ],
  [
    "a port in use reported as an engine error",
    `${source}/deploy/start-error.ts`,
    'return new DeploymentError("CONFLICT"',
    'return new DeploymentError("ENGINE_ERROR"',
    "another service's host port",
  ],
  [
    "an aborted pull goes on",
    `${source}/deploy/pull-image.ts`,
    "  await engine.images.pull(image, {\n    signal,\n",
    "  await engine.images.pull(image, {\n",
    "aborted during the pull",
  ],
  [
    "clean-up for errors of the contract only",
    `${source}/deploy/deploy.ts`,
    "throw await removeCreated(engine, created, error);",
    "throw DeploymentError.isInstance(error) ? await removeCreated(engine, created, error) : error;",
    "an observer that throws",
  ],
  [
    "names of any length",
    "packages/core/src/request/deploy-request.ts",
    '.max(63, "a service name must have at most 63 characters")',
    ".max(6300)",
    "a name of \\d+ characters is rejected",
  ],
]);
