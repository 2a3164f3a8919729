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
    "what all replicas share",
    [on({ back: "n1", front: "n2" }), on({ back: "n1", front: "n3" })],
    { networks: [{ id: "n1", name: "back" }] },
  ],
  ["an engine that gives names for ids", [on({ back: "back" })], {}],
  ["a container that was never started", [on({ back: "" })], {}],
  ["an engine that lists none", [{}], {}],
])("attachedNetworks() of %s", (_, containers, expected) => expect(attachedNetworks(containers)).toEqual(expected));
