import { expect, test } from "vitest";
import { attachedNetworks } from "./status.js";

const on = (networks: Record<string, string>) => ({
  NetworkSettings: {
    Networks: Object.fromEntries(Object.entries(networks).map(([name, NetworkID]) => [name, { NetworkID }])),
  },
});

test.each([
  ["no container", [], {}],
  [
    "one",
    [on({ back: "n1", front: "n2" })],
    {
      networks: [
        { id: "n1", name: "back" },
        { id: "n2", name: "front" },
      ],
    },
  ],
  [
    "several replicas: the networks that all share",
    [on({ back: "n1", front: "n2" }), on({ back: "n1", front: "n3" })],
    { networks: [{ id: "n1", name: "back" }] },
  ],
  ["a container of an engine that gives names instead of ids", [on({ back: "back" })], {}],
  ["a container that was never started", [on({ back: "" })], {}],
  ["a container of an engine that lists none", [{}], {}],
])("attachedNetworks() of %s", (_, containers, expected) => expect(attachedNetworks(containers)).toEqual(expected));
