import {
  type Capabilities,
  type DeployRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type Resource,
  RESOURCE_KINDS,
  type ResourceKind,
  type ResourceSpec,
} from "@openfactory/deploy-core";
import { describe, expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";
import { freeze } from "../utilities.js";

type Managing = OpenFactoryServiceDeploymentStrategy & Capabilities["resources"];

const CONTENT = "first=1\nsecond=€ \u{1F527}\n";

/** Networks, volumes, configs and secrets, if the strategy has them. */
export function resourceCases(suite: Suite): void {
  const spec = (kind: ResourceKind, name = suite.name(), labels: Record<string, string> = {}): ResourceSpec => {
    const all = { name, labels: { ...suite.target.labels, ...labels } };
    return kind === "config" || kind === "secret" ? { ...all, kind, content: Buffer.from(CONTENT) } : { ...all, kind };
  };
  const find = async (strategy: Managing, kind: ResourceKind, name: string): Promise<Resource | undefined> =>
    (await strategy.listResources({ kinds: [kind] })).find((resource) => resource.name === name);

  /** Runs a case on a strategy that has that kind, and removes the created resources. */
  const on =
    (
      kind: ResourceKind,
      work: (strategy: Managing, make: (spec: ResourceSpec) => Promise<Resource>) => Promise<void>,
    ) =>
    async (context: TestContext) => {
      const strategy = suite.with(context, "resources");
      if (!strategy.resourceKinds.includes(kind)) return context.skip(`the platform has no ${kind}`);
      const made: Resource[] = [];
      const make = async (one: ResourceSpec): Promise<Resource> => {
        const resource = await strategy.createResource(one);
        made.push(resource);
        return resource;
      };
      try {
        await work(strategy, make);
      } finally {
        await suite.cleanup();
        for (const { name } of made) if (await find(strategy, kind, name)) await strategy.removeResource(kind, name);
      }
    };

  /** A service that uses a resource, if the strategy supports that. */
  const user = (kind: ResourceKind, name: string): Partial<DeployRequest> => {
    const constraint = suite.target.constraint ?? "node.role == manager";
    // A resource of one node is used there.
    const constraints = suite.isSupported({ constraints: [constraint] }) ? { constraints: [constraint] } : {};
    const parts = {
      network: { networks: [name] },
      volume: { mounts: [{ Type: "volume", Source: name, Target: "/data" }], ...constraints },
      config: { configs: [{ name, target: "/config.txt" }] },
      secret: { secrets: [{ name, target: "secret.txt" }] },
    };
    return parts[kind];
  };

  describe.each(RESOURCE_KINDS)("a %s", (kind) => {
    test(
      "is created, listed with its labels and removed",
      on(kind, async (strategy, make) => {
        const wanted = freeze(spec(kind, suite.name(), { "org.example.a": "x=y" }).labels);
        const name = suite.name();
        const made = await make({ ...spec(kind, name), labels: wanted });
        expect(made).toMatchObject({ kind, name, labels: wanted });
        expect(made.id).toMatch(/\S/);
        expect(await find(strategy, kind, name)).toEqual(made);
        await strategy.removeResource(kind, name);
        expect(await find(strategy, kind, name)).toBeUndefined();
        await suite.fails(strategy.removeResource(kind, name), "NOT_FOUND");
      }),
    );

    test(
      "is listed by kinds and labels, sorted",
      on(kind, async (strategy, make) => {
        const mark = suite.name();
        const [b, a] = [suite.name("b"), suite.name("a")];
        await make(spec(kind, b, { [mark]: "1" }));
        await make(spec(kind, a, { [mark]: "1", [`${mark}.more`]: "2" }));
        await make(spec(kind, suite.name("c"), { [mark]: "11" }));
        const names = async (labels: Record<string, string>, kinds?: ResourceKind[]) =>
          (await strategy.listResources({ labels, ...(kinds && { kinds }) })).map(({ name }) => name);
        expect(await names({ [mark]: "1" })).toEqual([a, b]);
        expect(await names({ [mark]: "1" }, [kind])).toEqual([a, b]);
        expect(await names({ [mark]: "1", [`${mark}.more`]: "2" })).toEqual([a]);
        expect(await names({ [mark]: "" })).toEqual([]);
        const others = strategy.resourceKinds.filter((other) => other !== kind);
        expect(await names({ [mark]: "1" }, others)).toEqual([]);
      }),
    );

    test(
      "whose name is in use rejects with ALREADY_EXISTS and leaves the first unchanged",
      on(kind, async (strategy, make) => {
        const made = await make(spec(kind));
        await suite.fails(
          strategy.createResource(spec(kind, made.name, { "org.example.second": "1" })),
          "ALREADY_EXISTS",
        );
        expect(await find(strategy, kind, made.name)).toEqual(made);
      }),
    );

    test(
      "is found by its exact name only",
      on(kind, async (strategy, make) => {
        const { name } = await make(spec(kind));
        const longer = await make(spec(kind, `${name}-x`));
        for (const wrong of [name.slice(0, -1), `${name}-`, ""])
          await suite.fails(strategy.removeResource(kind, wrong), "NOT_FOUND");
        await strategy.removeResource(kind, name);
        expect(await find(strategy, kind, longer.name)).toEqual(longer);
      }),
    );

    test(
      "with an invalid name rejects with INVALID_REQUEST and creates nothing",
      on(kind, async (strategy) => {
        // The platform may have resources of others, which come and go during the case.
        const labels = { [suite.name()]: "1" };
        for (const name of ["", "two words", "a/b"])
          await suite.fails(strategy.createResource(spec(kind, name, labels)), "INVALID_REQUEST");
        expect(await strategy.listResources({ kinds: [kind], labels })).toEqual([]);
      }),
    );

    test(
      "with an aborted signal rejects with ABORTED and changes nothing",
      on(kind, async (strategy, make) => {
        const made = await make(spec(kind));
        const signal = AbortSignal.abort();
        const other = spec(kind);
        await suite.fails(strategy.createResource(other, { signal }), "ABORTED");
        await suite.fails(strategy.removeResource(kind, made.name, { signal }), "ABORTED");
        await suite.fails(strategy.listResources({ signal }), "ABORTED");
        expect(await find(strategy, kind, other.name)).toBeUndefined();
        expect(await find(strategy, kind, made.name)).toEqual(made);
      }),
    );

    test("that a service uses rejects its removal with CONFLICT until the service is removed", async (context) => {
      suite.with(context, "resources");
      suite.skipUnlessSupported(context, user(kind, "name"));
      await on(kind, async (strategy, make) => {
        const { name } = await make(spec(kind));
        const request = await suite.deployRunning(suite.request(user(kind, name)));
        const error = await suite.fails(strategy.removeResource(kind, name, { timeoutMs: 300 }), "CONFLICT");
        expect(error.message).toContain(name);
        expect(await find(strategy, kind, name)).toMatchObject({ name });
        await suite.untilRunning(request.name);
        await suite.strategy.remove(request.name);
        await strategy.removeResource(kind, name, { timeoutMs: 60_000 });
        expect(await find(strategy, kind, name)).toBeUndefined();
        await make(spec(kind, name));
      })(context);
    });
  });

  describe.each([
    ["config", "/config.txt"],
    ["secret", "/run/secrets/secret.txt"],
  ] as const)("the content of a %s", (kind, path) => {
    test("reaches the process and is nowhere else", async (context) => {
      suite.with(context, "resources");
      suite.skipUnlessSupported(context, user(kind, "name"));
      const exec = suite.probe(context, "exec");
      await on(kind, async (strategy, make) => {
        const made = await make(spec(kind));
        const { name } = await suite.deployRunning(suite.request(user(kind, made.name)));
        expect(await exec(name, ["cat", path])).toEqual({ exitCode: 0, output: CONTENT });
        const text = JSON.stringify([made, await strategy.listResources()]);
        expect(text).not.toContain("second=");
        expect(text).not.toContain(Buffer.from(CONTENT).toString("base64"));
      })(context);
    });
  });

  test("an unknown kind rejects with UNSUPPORTED", async (context) => {
    const strategy = suite.with(context, "resources");
    const missing = RESOURCE_KINDS.filter((kind) => !strategy.resourceKinds.includes(kind));
    for (const kind of [...missing, "unknown" as ResourceKind]) {
      await suite.fails(strategy.createResource(spec(kind)), "UNSUPPORTED");
      await suite.fails(strategy.removeResource(kind, suite.name()), "UNSUPPORTED");
    }
    expect(strategy.resourceKinds.length).toBeGreaterThan(0);
  });
}
