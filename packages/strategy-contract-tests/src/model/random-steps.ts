import { type DeployRequest, supports } from "@openfactory/deploy-core";
import * as fc from "fast-check";
import type { Suite } from "../suite.js";
import { type Fault, SERVICES, PORTS, type Settings, type Step } from "./steps.js";

const MEBIBYTE = 1024 ** 2;
const SECOND = 1_000_000_000;

/** Texts of env and labels; without templates if the engine expands them. */
const texts = (expandsTemplates = false): fc.Arbitrary<string> =>
  fc
    .string({ unit: "grapheme", maxLength: 12 })
    .filter((text) => !text.includes("\0") && !(expandsTemplates && text.includes("{{")));

/** Parts of requests with which any service keeps running. */
const parts = (
  text: fc.Arbitrary<string>,
): { [Field in keyof DeployRequest]?: fc.Arbitrary<DeployRequest[Field]> } => ({
  labels: fc.dictionary(fc.constantFrom("org.example.a", "org.example.b", "b"), text, { noNullPrototype: true }),
  args: fc.array(text, { minLength: 1, maxLength: 3 }),
  user: fc.constantFrom("0:0", "1234:2345"),
  hostname: fc.constantFrom("first-host", "second-host"),
  resources: fc
    .integer({ min: 16, max: 64 })
    .map((mebibytes) => ({ Limits: { MemoryBytes: mebibytes * MEBIBYTE, Pids: 50 } })),
  openFiles: fc.integer({ min: 64, max: 4096 }),
  mode: fc.integer({ min: 1, max: 2 }).map((Replicas) => ({ Replicated: { Replicas } })),
  restart: fc.constantFrom({ Condition: "any" } as const, { Condition: "none" } as const),
  stopGracePeriod: fc.integer({ min: 1, max: 5 }).map((seconds) => seconds * SECOND),
  init: fc.boolean(),
  readOnly: fc.boolean(),
  capDrop: fc.subarray(["NET_RAW", "CHOWN"], { minLength: 1 }),
  devices: fc.subarray(["/dev/zero:/dev/model-zero", "/dev/null:/dev/model-null:r"], { minLength: 1 }),
  groupAdd: fc.subarray(["2345", "3456"], { minLength: 1 }),
  workingDir: fc.constantFrom("/", "/etc"),
  openStdin: fc.boolean(),
  tty: fc.boolean(),
  stopSignal: fc.constantFrom("SIGTERM", "SIGINT"),
  extraHosts: fc.subarray(["a.model:192.0.2.1", "b.model:192.0.2.2"], { minLength: 1 }),
  dns: fc.record({ servers: fc.constant(["192.0.2.53"]), search: fc.constantFrom(["a.model"], ["b.model"]) }),
  sysctls: fc.integer({ min: 1000, max: 1024 }).map((port) => ({ "net.ipv4.ip_unprivileged_port_start": port })),
  shmSize: fc.integer({ min: 1, max: 64 }).map((mebibytes) => mebibytes * MEBIBYTE),
  logging: fc.integer({ min: 1, max: 9 }).map((size) => ({ options: { "max-size": `${size}m` } })),
});

const settings = (suite: Suite): fc.Arbitrary<Settings> => {
  const text = texts(suite.target.expandsTemplates);
  const env = fc
    .uniqueArray(fc.tuple(fc.constantFrom("A", "B", "LONG_KEY"), text), { maxLength: 3, selector: ([key]) => key })
    .map((entries) => entries.map(([key, value]) => `${key}=${value}`));
  const supported = Object.fromEntries(
    Object.entries(parts(text)).filter(([field, values]) =>
      fc.sample(values as fc.Arbitrary<unknown>, 20).every((value) => suite.isSupported({ [field]: value })),
    ),
  ) as Record<string, fc.Arbitrary<unknown>>;
  const fields = fc.record({ env, ...supported }, { requiredKeys: ["env"], noNullPrototype: true });
  const optional = <Value>(supported: boolean, value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
    supported ? fc.option(value, { nil: undefined, freq: 2 }) : fc.constant(undefined);
  return fc.record(
    {
      part: fields as fc.Arbitrary<Partial<DeployRequest>>,
      networks: optional(suite.isSupported({ networks: ["x"] }), fc.integer({ min: 1, max: 2 })),
      port: optional(suite.isSupported({ ports: { 80: 80 } }), fc.integer({ min: 0, max: PORTS - 1 })),
    },
    { noNullPrototype: true },
  );
};

const deployFault = (suite: Suite): fc.Arbitrary<Fault> =>
  fc.oneof(
    fc.constantFrom<Fault>("missing image", "invalid request", ...missingNetwork(suite)),
    fc.integer({ min: 0, max: 4 }).map((abort) => ({ abort })),
  );

/** The outcome of an aborted update depends on the engine, unless it is aborted before. */
const updateFault = (suite: Suite): fc.Arbitrary<Fault> =>
  fc.constantFrom<Fault>("invalid request", { abort: 0 }, ...missingNetwork(suite));

const missingNetwork = (suite: Suite): Fault[] => (suite.isSupported({ networks: ["x"] }) ? ["missing network"] : []);

/** At most `most` steps with the capabilities that the strategy declares. */
export function randomSteps(suite: Suite, most: number): fc.Arbitrary<Step[]> {
  const service = fc.integer({ min: 0, max: SERVICES - 1 });
  const changing = <Do extends "deploy" | "update">(kind: Do, fault: fc.Arbitrary<Fault>) =>
    fc.record(
      {
        do: fc.constant(kind),
        service,
        settings: settings(suite),
        fault: fc.option(fault, { nil: undefined, freq: 2 }),
      },
      { requiredKeys: ["do", "service", "settings"], noNullPrototype: true },
    );
  const kinds: fc.WeightedArbitrary<Step>[] = [
    { weight: 6, arbitrary: changing("deploy", deployFault(suite)) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("remove" as const), service }, { noNullPrototype: true }) },
  ];
  if (supports(suite.strategy, "update")) {
    kinds.push({ weight: 3, arbitrary: changing("update", updateFault(suite)) });
  }
  if (supports(suite.strategy, "scale")) {
    const replicas = fc.integer({ min: 0, max: 3 });
    const scale = fc.record({ do: fc.constant("scale" as const), service, replicas }, { noNullPrototype: true });
    kinds.push({ weight: 2, arbitrary: scale });
  }
  if (supports(suite.strategy, "rollback")) {
    const rollback = fc.record({ do: fc.constant("rollback" as const), service }, { noNullPrototype: true });
    kinds.push({ weight: 1, arbitrary: rollback });
  }
  return fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: most, size: "max" });
}
