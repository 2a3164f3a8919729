import { type DeployRequest, type ErrorCode, type PreflightProblem, supports } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import type { Suite } from "../suite.js";
import { freeze } from "../utilities.js";

const SECRET = "s3cr3t-value-of-the-caller";

/** Preflight finds the problems of deploys, and nothing else. */
export function preflightCases(suite: Suite): void {
  const expectComplete = (problems: readonly PreflightProblem[]): void => {
    for (const { service, message, hint } of problems) {
      expect(service).toMatch(/\S/);
      expect(message, "a sentence without a full stop").toMatch(/^\S[^\n]*[^.\s]$/);
      expect(hint, `hint of: ${message}`).toMatch(/^\S[^\n]*$/);
      expect(`${message} ${hint}`).not.toContain(SECRET);
    }
  };
  const creating = (request: DeployRequest) => freeze({ request, updates: false });
  const updating = (request: DeployRequest) => freeze({ request, updates: true });
  const summary = (problems: readonly PreflightProblem[]) =>
    problems.map(({ service, code, field }) => ({ service, code, field }));

  /** The strategy finds exactly that problem of a request, and a deploy fails with the same code. */
  const expectProblem = async (
    find: (requests: ReturnType<typeof creating>[]) => Promise<PreflightProblem[]>,
    request: DeployRequest,
    code: ErrorCode,
    field: RegExp | string,
  ): Promise<void> => {
    const problems = await find([creating(request)]);
    expectComplete(problems);
    const expected = {
      service: request.name,
      code,
      field: typeof field === "string" ? field : expect.stringMatching(field),
    };
    expect(summary(problems)).toEqual([expected]);
    await suite.failsCleanly(() => suite.strategy.deploy(request), code, request.name);
  };

  test("preflight() finds nothing if deploys succeed, and changes nothing", async (context) => {
    const strategy = suite.with(context, "preflight");
    const networks = suite.isSupported({ networks: ["x"] }) ? { networks: await suite.networks(2) } : {};
    const ports = suite.isSupported({ ports: { 80: 80 } }) ? { ports: { [await suite.freePort()]: 80 } } : {};
    const requests = [suite.request({ ...networks, ...ports, env: [`A=${SECRET}`] }), suite.request(networks)];
    expect(await strategy.preflight(requests.map(creating))).toEqual([]);
    expect(await suite.existing()).toEqual([]);
    for (const request of requests) await suite.deployRunning(request);
    expect(await strategy.preflight(requests.map(updating))).toEqual([]);
    expect(await strategy.preflight([])).toEqual([]);
  });

  test("preflight() finds a name in use unless the service is updated", async (context) => {
    const strategy = suite.with(context, "preflight");
    const request = await suite.deployRunning(suite.request({ name: suite.name("", "-xy") }));
    expect(await strategy.preflight([updating(request)])).toEqual([]);
    const shorter = suite.request({ name: suite.owned(request.name.slice(0, -1)) });
    expect(await strategy.preflight([creating(shorter)]), "names are exact").toEqual([]);
    await expectProblem((all) => strategy.preflight(all), request, "ALREADY_EXISTS", "name");
  });

  test("preflight() finds missing networks by their exact name", async (context) => {
    const strategy = suite.with(context, "preflight");
    suite.skipUnlessSupported(context, { networks: ["x"] });
    const [network = ""] = await suite.networks(1);
    const request = suite.request({ networks: [network, network.slice(0, -1)], env: [`A=${SECRET}`] });
    await expectProblem((all) => strategy.preflight(all), request, "NETWORK_NOT_FOUND", "networks[1]");
  });

  test("preflight() finds another service's host port, but not the service's own", async (context) => {
    const strategy = suite.with(context, "preflight");
    suite.skipUnlessSupported(context, { ports: { 80: 80 } });
    const port = await suite.freePort();
    const first = await suite.deployRunning(suite.request({ ports: { [port]: 80 } }));
    const second = suite.request({ ports: { [await suite.freePort()]: 80, [port]: 81 } });
    expect(await strategy.preflight([updating(first)])).toEqual([]);
    await expectProblem((all) => strategy.preflight(all), second, "CONFLICT", "ports");
    const problems = await strategy.preflight([creating(second)]);
    expect(`${problems[0]?.message}`).toContain(String(port));
    await suite.strategy.remove(first.name, { wait: true });
    expect(await strategy.preflight([creating(second)])).toEqual([]);
  });

  test("preflight() with a listing finds the same", async (context) => {
    const strategy = suite.with(context, "preflight");
    if (!supports(strategy, "list")) return context.skip("the strategy does not list");
    const published = suite.isSupported({ ports: { 80: 80 } }) ? { ports: { [await suite.freePort()]: 80 } } : {};
    const present = await suite.deployRunning(suite.request(published));
    const [again, other] = [creating(present), creating(suite.request(published))];
    const wanted = [
      [again],
      [other],
      [again, other],
      [updating(present), other],
      [updating({ ...present, ports: {} }), other],
    ];
    const listed = await strategy.list();
    for (const requests of wanted) {
      const problems = await strategy.preflight(requests);
      expect(await strategy.preflight(requests, { listed })).toEqual(problems);
    }
    const nameInUse = { service: present.name, code: "ALREADY_EXISTS", field: "name" };
    expect(summary(await strategy.preflight([again], { listed }))).toContainEqual(nameInUse);
  });

  test("preflight() finds two requests for one host port, and accepts a port that another request gives up", async (context) => {
    const strategy = suite.with(context, "preflight");
    suite.skipUnlessSupported(context, { ports: { 80: 80 } });
    const ports = { [await suite.freePort()]: 80 };
    const [first, second] = [suite.request({ ports }), suite.request({ ports })];
    const problems = await strategy.preflight([creating(first), creating(second)]);
    expectComplete(problems);
    expect(summary(problems)).toEqual([{ service: second.name, code: "CONFLICT", field: "ports" }]);
    await suite.deployRunning(first);
    const { ports: _, ...without } = first;
    expect(await strategy.preflight([updating(without), creating(second)])).toEqual([]);
  });

  test("preflight() finds an image that its registry does not have", async (context) => {
    const strategy = suite.with(context, "preflight");
    const { moving, missing } = suite.target.images;
    if (moving === undefined) {
      // If no registry answers, nothing is known.
      const problems = await strategy.preflight([creating(suite.request({ image: missing }))]);
      expect([[], ["IMAGE_NOT_FOUND"]]).toContainEqual(problems.map(({ code }) => code));
      return;
    }
    const { reference } = await moving.call(suite.target.images);
    const absent = reference.replace(/:[^:/]+$/, ":no-such-tag");
    expect(
      await strategy.preflight([creating(suite.request({ image: reference })), creating(suite.request())]),
    ).toEqual([]);
    const policies = (["missing", "always"] as const).filter((imagePullPolicy) =>
      suite.isSupported({ imagePullPolicy }),
    );
    for (const imagePullPolicy of policies) {
      const request = suite.request({ image: absent, imagePullPolicy });
      const problems = await strategy.preflight([
        creating(request),
        creating(suite.request({ image: reference, imagePullPolicy })),
      ]);
      expectComplete(problems);
      expect(summary(problems)).toEqual([{ service: request.name, code: "IMAGE_NOT_FOUND", field: "image" }]);
    }
  });

  test.for(["secrets", "configs"] as const)("preflight() finds missing %s", async (field, context) => {
    const strategy = suite.with(context, "preflight");
    suite.skipUnlessSupported(context, { [field]: ["x"] });
    const make = suite.target[field === "secrets" ? "secret" : "config"];
    const there = await make?.call(suite.target, "content");
    const request = suite.request({ [field]: [...(there ? [there] : []), suite.name()] });
    expect(await strategy.preflight([creating({ ...request, [field]: there ? [there] : [] })])).toEqual([]);
    await expectProblem((all) => strategy.preflight(all), request, "NOT_FOUND", new RegExp(`^${field}`));
  });

  test("preflight() finds constraints that no node matches and reservations that no node has room for", async (context) => {
    const strategy = suite.with(context, "preflight");
    if (!suite.manifest.placesOnNodes) return context.skip("the strategy declares not to choose nodes");
    suite.skipUnlessSupported(context, {
      constraints: ["node.role==manager"],
      resources: { Reservations: { NanoCPUs: 1_000_000 } },
    });
    const nowhere = suite.request({ constraints: ["node.labels.no-such-label==1"] });
    const huge = suite.request({ resources: { Reservations: { NanoCPUs: 10_000_000_000_000 } } });
    const small = suite.request({
      constraints: [suite.target.constraint ?? "node.role == manager"],
      resources: { Reservations: { NanoCPUs: 1_000_000, MemoryBytes: 4 * 1024 ** 2 } },
    });
    const problems = await strategy.preflight([creating(nowhere), creating(small), creating(huge)]);
    expectComplete(problems);
    expect(problems.map(({ service }) => service)).toEqual([nowhere.name, huge.name]);
    expect(problems.map(({ field }) => field?.split(".")[0])).toEqual(["constraints", "resources"]);
  });

  test("preflight() finds an existing volume with other options, and accepts one with the same options in another order", async (context) => {
    const strategy = suite.with(context, "preflight");
    if (!supports(strategy, "resources") || !strategy.resourceKinds.includes("volume")) {
      return context.skip("the strategy creates no volumes");
    }
    const driver = (o: string) => ({ type: "tmpfs", device: "tmpfs", o });
    const name = suite.name();
    const mounting = (o?: string): Partial<DeployRequest> => {
      const constraint = suite.target.constraint ?? "node.role == manager";
      const constraints = suite.isSupported({ constraints: [constraint] }) ? { constraints: [constraint] } : {};
      const options = o === undefined ? {} : { VolumeOptions: { DriverConfig: { Name: "local", Options: driver(o) } } };
      return { mounts: [{ Type: "volume", Source: name, Target: "/data", ...options }], ...constraints };
    };
    suite.skipUnlessSupported(context, mounting("size=1m"));
    const labels = { ...suite.target.labels };
    await strategy.createResource({ kind: "volume", name, labels, driverOptions: driver("size=1m,nr_inodes=64") });
    try {
      const fine = [mounting("size=1m,nr_inodes=64"), mounting("nr_inodes=64,size=1m"), mounting()].map((part) =>
        creating(suite.request(part)),
      );
      expect(await strategy.preflight(fine)).toEqual([]);
      const other = suite.request(mounting("size=2m,nr_inodes=64"));
      const problems = await strategy.preflight([...fine, creating(other)]);
      expectComplete(problems);
      expect(summary(problems)).toEqual([{ service: other.name, code: "CONFLICT", field: "mounts[0]" }]);
    } finally {
      await strategy.removeResource("volume", name);
    }
  });

  test("preflight() returns all problems in the order of the requests", async (context) => {
    const strategy = suite.with(context, "preflight");
    suite.skipUnlessSupported(context, { networks: ["x"] });
    const requests = [1, 2, 3].map(() => suite.request({ networks: [suite.name(), suite.name()] }));
    const problems = await strategy.preflight(requests.map(creating));
    expectComplete(problems);
    const expected = requests.flatMap(({ name }) =>
      ["networks[0]", "networks[1]"].map((field) => ({ service: name, field })),
    );
    expect(problems.map(({ service, field }) => ({ service, field }))).toEqual(expected);
  });

  test("preflight() with an aborted signal rejects with ABORTED", async (context) => {
    const strategy = suite.with(context, "preflight");
    await suite.fails(strategy.preflight([creating(suite.request())], { signal: AbortSignal.abort() }), "ABORTED");
  });
}
