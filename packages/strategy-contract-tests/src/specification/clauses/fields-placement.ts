import { must, section } from "../clause.js";

const field = (title: string): string => `request fields > request field > ${title}`;
const sees = (title: string): string => `process environment > a process sees > ${title}`;
const invalid = (part: string): string =>
  `invalid requests > deploy() rejects with INVALID_REQUEST and creates nothing > ${part}`;

export const networkSection = section("NETWORK", "Field: ports, networks, name resolution", {}, [
  must(
    1,
    "`ports` is a mapping of host port to container port (TCP), or a list of `PortInput`. Each port MUST be from 1 to 65535.",
    [field("ports, as a map"), field("ports, two"), invalid('{"ports":{"0":80}}'), invalid('{"ports":{"80":"http"}}')],
    { fields: ["ports"] },
  ),
  must(
    2,
    "A request at a published host port MUST reach the process at the container port.",
    ["traffic > the process answers a request to the host port"],
    { fields: ["ports"] },
  ),
  must(3, "`protocol` (default `tcp`) MUST be the protocol of the port.", [field("ports of UDP")], {
    fields: ["ports"],
  }),
  must(
    4,
    "A port with a `hostAddress` MUST be open at that address only, or be rejected. It is an IP address without a zone.",
    [field("ports at a host address"), "published ports > a port at a host address answers at that address only"],
    {
      fields: ["ports"],
      rationale: "A port meant for 127.0.0.1 that is open to the plant's network is a hole, so no warning suffices.",
    },
  ),
  must(
    5,
    "`0.0.0.0` and `::` MUST mean all addresses, as no `hostAddress` does, on a platform without host addresses, too.",
    ["published ports > a port at all addresses, written as 0.0.0.0 or ::, is accepted in strict mode"],
    { fields: ["ports"] },
  ),
  must(
    6,
    "`mode` `ingress` (default) and `host` are Swarm's publish modes. A platform without a routing mesh MUST treat both alike.",
    [field("ports in host mode")],
    { fields: ["ports"] },
  ),
  must(
    7,
    "Without `published`, the platform MUST choose a free host port, which `inspect` returns.",
    ["published ports > a port without a host port gets one that the engine chooses"],
    { fields: ["ports"], capabilities: ["inspect"] },
  ),
  must(8, "Two entries for one host port, protocol and address MUST be rejected with `INVALID_REQUEST`.", [], {
    untested:
      "The suite has no sample of it; core's unit tests of `ports` have it, for strategies that use its schema.",
  }),
  must(
    9,
    "A port that the networks of the service do not publish MUST be reported as not supported, by the manifest if it can be known, otherwise by the deploy; and it MUST NOT be listed as published.",
    [
      "published ports > a port on a network that publishes none is reported by the manifest and by deploy(), and rejected in strict mode",
      "published ports > a port on an internal network is reported by deploy(), and rejected in strict mode",
    ],
    { fields: ["ports"] },
  ),
  must(
    10,
    "`networks` are names of existing networks, each once. The process MUST start with all of them joined.",
    [
      field("networks, one"),
      field("networks, three"),
      "networks > a service joins all its networks before its process starts",
      invalid('{"networks":["a","a"]}'),
      invalid('{"networks":"a"}'),
    ],
    {
      fields: ["networks"],
      rationale: "A process that binds or resolves at its start must not see half of its networks.",
    },
  ),
  must(
    11,
    "A missing network MUST be `NETWORK_NOT_FOUND`, at any place in the list, with nothing left behind.",
    [
      "failures > deploy() with a missing network rejects with NETWORK_NOT_FOUND > *",
      "update > a rejected update leaves the service unchanged",
    ],
    { fields: ["networks"] },
  ),
  must(
    12,
    "The networks `host` and `none` MUST be rejected together with another network.",
    ["published ports > a network that excludes others is rejected together with another network"],
    { fields: ["networks"] },
  ),
  must(
    13,
    "`networkAliases` MUST be further names of the service on each of its networks, each once: host names of letters, digits, `-`, `_` and `.`.",
    [field("networkAliases")],
    {
      fields: ["networkAliases"],
      untested: "The setting on the platform is compared. No case resolves a name from another container.",
    },
  ),
  must(14, "Other services on the same network MUST reach a service by its name.", [], {
    fields: ["networks"],
    untested: "No case resolves a name from another container; tests of the two Docker strategies do.",
  }),
  must(
    15,
    "`extraHosts` MUST be lines of `/etc/hosts`: `host:address` or `host=address`, with an IP address or `host-gateway` (the host of the platform).",
    [
      field("extraHosts"),
      field("extraHosts: host-gateway"),
      sees("its additional hosts"),
      sees("the address of its host"),
    ],
    { fields: ["extraHosts"] },
  ),
  must(
    16,
    "`dns` MUST be the DNS servers (IP addresses), search domains and options of the container's resolver, each in order.",
    [field("dns"), sees("its DNS servers, search domains and resolver options")],
    { fields: ["dns"] },
  ),
]);

export const placementSection = section("PLACEMENT", "Field: mode, constraints, resources", {}, [
  must(
    1,
    "`mode` MUST have exactly one key: `Replicated` (`Replicas`, default 1), `Global`, `ReplicatedJob` or `GlobalJob`. The default is `{Replicated: {Replicas: 1}}`.",
    [
      field("mode: *"),
      invalid('{"mode":{"Replicated":{"Replicas":-1}}}'),
      "deployment > deploy() sets no field that the request does not have",
      "settings > settings are the same with one replica",
    ],
  ),
  must(
    2,
    "A replicated service MUST have that number of instances, and 0 is allowed.",
    [
      field("mode: three replicas"),
      "wait > wait() on several replicas resolves when all run",
      "wait > wait() on a service with 0 replicas returns stopped, 0 of 0",
    ],
    { fields: ["mode"] },
  ),
  must(
    3,
    "A global service MUST have one instance on each node that its constraints match, also on nodes that join later.",
    [
      field("mode: global"),
      "stop > stop() of a global service stops it, or rejects with UNSUPPORTED and leaves it running",
    ],
    { fields: ["mode"], untested: "No case adds a node." },
  ),
  must(
    4,
    "A job MUST run `TotalCompletions` instances to their end (by default `MaxConcurrent`, which is 1 by default), `MaxConcurrent` at a time, and a global job one on each node.",
    [
      field("mode: replicated job"),
      field("mode: global job"),
      "rollback > rollback() of a completed job runs the previous version, and wait() waits for it",
    ],
    { fields: ["mode"] },
  ),
  must(
    5,
    "`constraints` MUST all hold for the node of each instance: `key==value` or `key!=value`, with any spaces round the operator.",
    [
      field("constraints"),
      invalid('{"constraints":["node.role"]}'),
      "failed updates > an update that no node can run keeps the service running and can be reverted",
    ],
    { fields: ["constraints"] },
  ),
  must(
    6,
    "`resources.Limits` MUST limit CPU (at least 0.01 CPUs), memory (at least 6 MiB) and the number of processes of each instance.",
    [field("resources: limit of *"), field("resources: limits and reservation together"), sees("its memory limit")],
    { fields: ["resources"] },
  ),
  must(
    7,
    "`resources.Reservations` MUST reserve CPU (at least 0.001 CPUs) and memory (at least 4 MiB) for each instance, if the platform places instances on nodes; on one host, a memory reservation is a soft limit.",
    [
      field("resources: reservation of *"),
      "preflight > preflight() finds constraints that no node matches and reservations that no node has room for",
    ],
    { fields: ["resources"] },
  ),
  must(8, "A reservation above the limit of the same kind MUST be rejected.", [
    invalid('{"resources":{"Limits":{"MemoryBytes":1},"Reservations":{"MemoryBytes":2}}}'),
  ]),
]);

export const storageSection = section("STORAGE", "Field: mounts, secrets, configs", {}, [
  must(
    1,
    "`mounts` are Docker's mount dictionaries. `Type` MUST be `bind`, `volume` (default) or `tmpfs`, in any case; another type is `INVALID_REQUEST`.",
    [field("mounts: *"), invalid('{"mounts":[{"Type":"npipe","Source":"a","Target":"/a"}]}')],
  ),
  must(
    2,
    "`Target` MUST be an absolute path in the container, not `/`, not below `/proc`, with parts of at most 255 bytes, and used once in the request.",
    [],
    {
      untested:
        "The rules are those of core's schema, which its unit tests cover; a strategy in another language has to follow them.",
    },
  ),
  must(
    3,
    "A bind mount MUST have an absolute path of the host as its `Source`.",
    [field("mounts: bind"), invalid('{"mounts":[{"Type":"bind","Source":"relative","Target":"/a"}]}')],
    { fields: ["mounts"] },
  ),
  must(
    4,
    "`ReadOnly` MUST make a mount read-only; without it, the mount is writable.",
    [
      field("mounts: read-only *"),
      sees("a writable volume"),
      sees("a read-only volume"),
      sees("a read-only folder of the host"),
    ],
    { fields: ["mounts"] },
  ),
  must(
    5,
    "A volume that does not exist MUST be created with the driver, options and labels of its mount, and persist when the service is removed.",
    [
      field("mounts: volume"),
      field("mounts: volume with driver and labels"),
      sees("a volume with the options of its driver"),
      "remove > remove() stops the process and waits for its grace period",
    ],
    { fields: ["mounts"] },
  ),
  must(
    6,
    "A tmpfs MUST have its `SizeBytes` and `Mode`.",
    [field("mounts: tmpfs"), field("mounts: tmpfs with size and mode"), sees("a tmpfs"), sees("the size of a tmpfs")],
    { fields: ["mounts"] },
  ),
  must(
    7,
    "`secrets` and `configs` refer to existing ones by name. Their content MUST be a read-only file at `target`: for secrets relative to `/run/secrets`, for configs relative to `/`, by default the name.",
    [
      field("secrets, *"),
      field("configs, *"),
      sees("a secret, *"),
      sees("a secret at another path, with its owner and mode"),
      sees("a config, *"),
      "resources > the content of a * > reaches the process and is nowhere else",
    ],
    { fields: ["secrets", "configs"] },
  ),
  must(
    8,
    "The file MUST have the `uid`, `gid` and `mode` of its reference (default 0, 0, 0444), so that another user can't read what the mode forbids.",
    [
      sees("a secret at another path, with its owner and mode"),
      sees("no secret that its user may not read"),
      sees("a config, *"),
    ],
    { fields: ["secrets", "configs"] },
  ),
  must(
    9,
    "A missing secret or config MUST be rejected with `NOT_FOUND`.",
    ["preflight > preflight() finds missing *"],
    {
      fields: ["secrets", "configs"],
    },
  ),
]);
