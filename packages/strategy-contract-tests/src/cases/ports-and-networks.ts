import { type PortInput, type PublishedPort, supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";

const COUNT = 3;

/** A process starts with all networks of its request. */
export function networksBeforeStartCases(suite: Suite): void {
  test("a service joins all its networks before its process starts", async (context) => {
    suite.skipUnlessSupported(context, { networks: ["x"], command: ["x"] });
    const networks = await suite.networks(COUNT);
    const { name } = await suite.deployRunning(suite.request({ networks, command: suite.programs.countNetworks() }));
    const isCount = (line: string) => /^networks \d+$/.test(line);
    const lines = await suite.eventually(
      `${name} counts`,
      () => suite.probes.output(name),
      (all) => all.some(isCount),
    );
    const seen = Number(lines.find(isCount)?.split(" ")[1]);
    // An orchestrator may add networks.
    expect(seen, "networks of the process at its start").toBeGreaterThanOrEqual(COUNT);
    expect((await suite.probes.instances(name)).filter(({ running }) => running)).toHaveLength(1);
  });
}

/** A published port leads to the process. */
export function trafficCases(suite: Suite): void {
  test("the process answers a request to the host port", async (context) => {
    const get = suite.probe(context, "get");
    suite.skipUnlessSupported(context, { ports: { 80: 80 }, command: ["x"] });
    const mode = suite.isSupported({ ports: [{ target: 80, published: 80, mode: "host" }] }) ? "host" : "ingress";
    const published = await suite.freePort();
    const body = suite.name();
    await suite.deployRunning(
      suite.request({ ports: [{ target: 8080, published, mode }], command: suite.programs.serve(8080, body) }),
    );
    const answer = () => get(published).catch((error: unknown) => String(error));
    await suite.eventually(`an answer at port ${published}`, answer, (text) => text.trim() === body);
  });
}

/** A port is published as requested, or the strategy reports that it is not. */
export function publishedPortCases(suite: Suite): void {
  const skipWithout = <Value>(context: TestContext, value: Value | undefined, what: string): Value =>
    value === undefined ? context.skip(`the target names no ${what}`) : value;

  /** On a platform with several ways to publish a port, the one without a network of the platform. */
  const onHost = (published: number): PortInput => {
    const port: PortInput = { target: 80, published, mode: "host" };
    return suite.isSupported({ ports: [port] }) ? port : { target: 80, published };
  };

  /** Deploys in strict mode and without it: the port is reported each time, and never counts as published. */
  const reported = async (network: string): Promise<void> => {
    const request = suite.request({ networks: [network], ports: [onHost(await suite.freePort())] });
    const strictly = () => suite.strategy.deploy(request, { strict: true });
    expect((await suite.failsCleanly(strictly, "UNSUPPORTED", request.name)).field, network).toBe("ports");
    const { warnings } = await suite.strategy.deploy(request);
    expect(
      warnings.map(({ code, field }) => [code, field]),
      network,
    ).toContainEqual(["FIELD_NOT_SUPPORTED", "ports"]);
    await suite.untilRunning(request.name);
    expect(await published(request.name), network).toEqual([]);
  };

  const published = async (name: string): Promise<readonly PublishedPort[]> => {
    const { strategy } = suite;
    return supports(strategy, "inspect") ? (await strategy.inspect(name)).ports : [];
  };

  test("a port on a network that publishes none is reported by the manifest and by deploy(), and rejected in strict mode", async (context) => {
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

  test("a port on an internal network is reported by deploy(), and rejected in strict mode", async (context) => {
    await reported(await skipWithout(context, suite.target.internalNetwork, "internal network")());
  });

  test("a network that excludes others is rejected together with another network", async (context) => {
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

  test("inspect() and list() return the ports that the engine publishes", async (context) => {
    const [inspects, lists] = [suite.with(context, "inspect"), suite.with(context, "list")];
    suite.skipUnlessSupported(context, { ports: { 80: 80 } });
    const port = await suite.freePort();
    const { name } = await suite.deployRunning(suite.request({ ports: { [port]: 80 } }));
    const listed = (await lists.list()).find((service) => service.name === name);
    for (const status of [await inspects.inspect(name), listed]) {
      expect(status?.ports).toMatchObject([{ target: 80, published: port, protocol: "tcp" }]);
    }
  });

  test("a port without a host port gets one that the engine chooses", async (context) => {
    const strategy = suite.with(context, "inspect");
    const port: PortInput = { target: 80 };
    suite.skipUnlessSupported(context, { ports: [port] });
    const { name } = await suite.deployRunning(suite.request({ ports: [port] }));
    const { ports } = await suite.eventually(
      "the port is published",
      () => strategy.inspect(name),
      (status) => status.ports.length > 0,
    );
    // An engine may choose one for IPv4 and one for IPv6.
    for (const { target, published } of ports) {
      expect(target).toBe(80);
      expect(published).toBeGreaterThan(0);
      expect(published).toBeLessThan(65536);
    }
  });

  test("a port at all addresses, written as 0.0.0.0 or ::, is accepted in strict mode", async (context) => {
    suite.skipUnlessSupported(context, { ports: { 80: 80 } });
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

  test("a port at a host address answers at that address only", async (context) => {
    const [address, other] = skipWithout(context, suite.target.hostAddresses, "host addresses");
    const getAt = suite.probe(context, "getAt");
    const port = await suite.freePort();
    suite.skipUnlessSupported(context, {
      ports: [{ target: 8080, published: port, hostAddress: address }],
      command: ["x"],
    });
    const body = suite.name();
    await suite.deployRunning(
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
