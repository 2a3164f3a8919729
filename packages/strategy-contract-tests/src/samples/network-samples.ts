import type { PortInput } from "@openfactory/deploy-core";
import type { Suite } from "../suite.js";
import type { FieldSample } from "./sample.js";

const listed = (port: Partial<PortInput>) => async (suite: Suite) => ({
  ports: [{ target: 80, published: await suite.freePort(), ...port }],
});

const networks = (count: number) => async (suite: Suite) => ({
  networks: suite.honoursField("networks")
    ? await suite.networks(count)
    : Array.from({ length: count }, (_, index) => `network-${index}`),
});

/** Ports and networks. */
export const networkSamples: FieldSample[] = [
  { title: "ports, host to container", part: async (suite) => ({ ports: { [await suite.freePort()]: 80 } }) },
  {
    title: "ports, two",
    part: async (suite) => ({ ports: { [await suite.freePort()]: 80, [await suite.freePort()]: 81 } }),
  },
  { title: "ports of UDP", part: listed({ protocol: "udp" }) },
  { title: "ports at a host address", part: listed({ hostAddress: "127.0.0.1" }) },
  { title: "ports in host mode", part: listed({ mode: "host" }) },
  { title: "networks, one", part: networks(1) },
  { title: "networks, three", part: networks(3) },
];
