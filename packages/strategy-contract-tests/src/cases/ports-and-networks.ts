import { type PortInput, type PublishedPort, supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";

const COUNT = 3;

/** A process never sees fewer networks than it was promised. */
export function networksBeforeStartCases(suite: Suite): void {
  test("all networks are joined before the process starts", async (context) => {
    suite.needs(context, { networks: ["x"], command: ["x"] });
    const networks = await suite.networks(COUNT);
    const { name } = await suite.running(suite.request({ networks, command: suite.programs.countNetworks() }));
    const isCount = (line: string) => /^networks \d+$/.test(line);
    const lines = await suite.eventually(
      `${name} counts`,
      () => suite.probes.output(name),
      (all) => all.some(isCount),
    );
    const seen = Number(lines.find(isCount)?.split(" ")[1]);
    // An orchestrator may add networks of its own.
    expect(seen, "networks that the process saw as its first act").toBeGreaterThanOrEqual(COUNT);
    expect((await suite.probes.instances(name)).filter(({ running }) => running)).toHaveLength(1);
  });
}

/** A published port leads to the process. */
export function trafficCases(suite: Suite): void {
  test("a request to the host port is answered by the process", async (context) => {
    const get = suite.probe(context, "get");
    suite.needs(context, { ports: { 80: 80 }, command: ["x"] });
    const mode = suite.honours({ ports: [{ target: 80, published: 80, mode: "host" }] }) ? "host" : "ingress";
    const published = await suite.freePort();
    const body = suite.name();
    await suite.running(
      suite.request({ ports: [{ target: 8080, published, mode }], command: suite.programs.serve(8080, body) }),
    );
    const answer = () => get(published).catch((error: unknown) => String(error));
    await suite.eventually(`an answer at port ${published}`, answer, (text) => text.trim() === body);
  });
}

/** A port is open where it was asked for, or the strategy reports that it is not. */
export function publishedPortCases(suite: Suite): void {
  const skipWithout = <Value>(context: TestContext, value: Value | undefined, what: string): Value =>
    value === undefined ? context.skip(`the target names no ${what}`) : value;

  /** Of a platform with several ways to publish a port, the one that leaves the network out of it. */
  const onHost = (published: number): PortInput => {
    const port: PortInput = { target: 80, published, mode: "host" };
    return suite.honours({ ports: [port] }) ? port : { target: 80, published };
  };

  /** Deploys in strict mode and without it: the port is reported each time, and told as published by neither operation. */
  const reported = async (network: string): Promise<void> => {
    const request = suite.request({ networks: [network], ports: [onHost(await suite.freePort())] });
    const strictly = () => suite.strategy.deploy(request, { strict: true });
    expect((await suite.failsCleanly(strictly, "UNSUPPORTED", request.name)).field, network).toBe("ports");
    const { warnings } = await suite.strategy.deploy(request);
    expect(
      warnings.map(({ code, field }) => [code, field]),
      network,
    ).toContainEqual(["FIELD_NOT_HONOURED", "ports"]);
    await suite.untilRunning(request.name);
    expect(await published(request.name), network).toEqual([]);
  };

  const published = async (name: string): Promise<readonly PublishedPort[]> => {
    const { strategy } = suite;
    return supports(strategy, "inspect") ? (await strategy.inspect(name)).ports : [];
  };

  test("a port on a network that publishes none is reported by the manifest and the deploy, and rejected in strict mode", async (context) => {
    const networks = skipWithout(context, suite.target.portlessNetworks, "networks without published ports");
    for (const network of networks) {
      const { warnings, refused } = suite.declared({
        image: "image",
        name: "name",
        networks: [network],
        ports: [onHost(80)],
      });
      expect(
        warnings.map(({ field }) => field),
        network,
      ).toContain("ports");
      if (!refused) await reported(network);
    }
  });

  test("a port on an internal network is reported by the deploy, and rejected in strict mode", async (context) => {
    await reported(await skipWithout(context, suite.target.internalNetwork, "internal network")());
  });

  test("a network that a process can't share with others is refused beside another", async (context) => {
    const networks = skipWithout(context, suite.target.portlessNetworks, "networks without published ports");
    const [other = ""] = await suite.networks(1);
    for (const network of networks) {
      for (const pair of [
        [network, other],
        [other, network],
      ]) {
        const request = suite.request({ networks: pair });
        const error = await suite.failsCleanly(
          () => suite.strategy.deploy(request),
          ["INVALID_REQUEST", "UNSUPPORTED"],
          request.name,
        );
        expect(error.field).toMatch(/^networks/);
      }
    }
  });

  test("inspect and list tell the ports that the engine has published", async (context) => {
    const [inspects, lists] = [suite.with(context, "inspect"), suite.with(context, "list")];
    suite.needs(context, { ports: { 80: 80 } });
    const port = await suite.freePort();
    const { name } = await suite.running(suite.request({ ports: { [port]: 80 } }));
    const listed = (await lists.list()).find((service) => service.name === name);
    for (const status of [await inspects.inspect(name), listed]) {
      expect(status?.ports).toMatchObject([{ target: 80, published: port, protocol: "tcp" }]);
    }
  });

  test("a port at every address, written as 0.0.0.0 or ::, is honored in strict mode", async (context) => {
    suite.needs(context, { ports: { 80: 80 } });
    for (const hostAddress of ["0.0.0.0", "::"]) {
      const ports = [{ target: 80, published: await suite.freePort(), hostAddress }];
      expect(suite.declared({ image: "image", name: "name", ports }).warnings).toEqual([]);
    }
    const request = suite.request({
      ports: [{ target: 80, published: await suite.freePort(), hostAddress: "0.0.0.0" }],
    });
    await suite.strategy.deploy(request, { strict: true });
    await suite.untilRunning(request.name);
  });

  test("a port at a host address answers at that address, and at no other", async (context) => {
    const [address, other] = skipWithout(context, suite.target.hostAddresses, "host addresses");
    const getAt = suite.probe(context, "getAt");
    const port = await suite.freePort();
    suite.needs(context, { ports: [{ target: 8080, published: port, hostAddress: address }], command: ["x"] });
    const body = suite.name();
    await suite.running(
      suite.request({
        ports: [{ target: 8080, published: port, hostAddress: address }],
        command: suite.programs.serve(8080, body),
      }),
    );
    const answer = () => getAt(address, port).catch((error: unknown) => String(error));
    await suite.eventually(`an answer at ${address}:${port}`, answer, (text) => text.trim() === body);
    await expect(getAt(other, port)).rejects.toThrow();
  });
}
