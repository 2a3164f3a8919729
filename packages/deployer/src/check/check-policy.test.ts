import { DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { ALL, app, changes, memory, project } from "../../test/fixtures.js";
import { type Policy, type PolicyOptions, withPolicy } from "../model/policy.js";
import { createDeployer } from "../operations/create-deployer.js";
import { rollback } from "../operations/rollback.js";
import { up } from "../operations/up.js";
import { plan } from "../plan/plan.js";
import { planToSave } from "../plan/save-plan.js";

const DIGEST = `sha256:${"a".repeat(64)}`;
const KEY = "-----BEGIN PUBLIC KEY-----";

const guarded = (policy: Omit<Policy, "source">, more: Partial<PolicyOptions> = {}) => {
  const strategy = memory({ capabilities: ALL });
  const policies = [{ source: "/etc/ofdeploy/policy.yaml", ...policy }];
  return { strategy, limited: withPolicy(strategy, { policies, ...more }) };
};
const errorOf = async (work: Promise<unknown>): Promise<DeploymentError | undefined> => {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error as DeploymentError;
  }
};
const bind = (Source: string): Partial<DeployRequest> => ({ mounts: [{ Type: "bind", Source, Target: "/data" }] });
const localVolume = (Options: Record<string, string>, Name?: string): Partial<DeployRequest> => ({
  mounts: [
    {
      Type: "volume",
      Source: "data",
      Target: "/data",
      VolumeOptions: { DriverConfig: { Options, ...(Name && { Name }) } },
    },
  ],
});

const DATA = { binds: ["/srv/data"] };
const HUB = { images: { registries: ["docker.io/library", "registry.example.com"] } };

describe("a request that a policy forbids is refused before any change", () => {
  test.each<[string, Omit<Policy, "source">, Partial<DeployRequest>, string]>([
    ["privileged", { privileged: false }, { privileged: true }, "privileged"],
    ["host_network", { hostNetwork: false }, { networks: ["host"] }, "networks[0]"],
    [
      "capabilities",
      { capabilities: ["NET_BIND_SERVICE"] },
      { capAdd: ["NET_BIND_SERVICE", "CAP_SYS_ADMIN"] },
      "capAdd[1]",
    ],
    ["capabilities", { capabilities: [] }, { capAdd: ["ALL"] }, "capAdd[0]"],
    ["devices", { devices: ["/dev/ttyUSB0"] }, { devices: ["/dev/ttyUSB00"] }, "devices[0]"],
    ["devices", { devices: ["/dev/bus"] }, { devices: ["/dev/bus/../sda:/dev/bus/x"] }, "devices[0]"],
    ["engine_socket", { engineSocket: false }, bind("/var/run/docker.sock"), "mounts[0].Source"],
    ["engine_socket", { engineSocket: false }, bind("/srv/../run//docker.sock"), "mounts[0].Source"],
    ["engine_socket", { engineSocket: false }, bind("/run/user/1000/podman/podman.sock"), "mounts[0].Source"],
    ["engine_socket", { engineSocket: false }, bind("/run/user/1000/"), "mounts[0].Source"],
    ["engine_socket", { engineSocket: false }, bind("/"), "mounts[0].Source"],
    ["engine_socket", { engineSocket: false }, bind("/var"), "mounts[0].Source"],
    [
      "engine_socket",
      { engineSocket: false },
      localVolume({ type: "none", o: "bind", device: "/run" }),
      "mounts[0].Source",
    ],
    ["binds", DATA, bind("/srv/data2"), "mounts[0].Source"],
    ["binds", DATA, bind("/srv/data/../../etc"), "mounts[0].Source"],
    ["binds", DATA, bind("/srv"), "mounts[0].Source"],
    ["binds", { binds: [] }, localVolume({ type: "none", o: "bind", device: "/etc" }), "mounts[0].Source"],
    ["binds", { binds: [] }, localVolume({ type: "ext4", device: "/dev/sda1" }, "local"), "mounts[0].Source"],
    ["images.digest", { images: { digest: true } }, { image: "demo:1" }, "image"],
    ["images.registries", HUB, { image: "team/app" }, "image"],
    ["images.registries", HUB, { image: "registry.example.com:5000/app" }, "image"],
    ["images.registries", HUB, { image: "a".repeat(64) }, "image"],
  ])("%s: %j refuses %j", async (rule, policy, request, field) => {
    const { strategy, limited } = guarded(policy);
    const error = await errorOf(up(limited, project(app("db"), app("web", request))));
    const found = error?.issues.filter((issue) => issue.message.startsWith("Web: "));
    expect(error).toMatchObject({ code: "POLICY_VIOLATION", message: expect.stringContaining("Nothing was changed.") });
    expect(found).toMatchObject([
      {
        code: "POLICY_VIOLATION",
        field,
        message: expect.stringContaining(`(rule ${rule} of the policy /etc/ofdeploy/policy.yaml)`),
        location: { file: "openfactory.yml", line: 2, column: 3 },
        hint: expect.stringMatching(/\.$/),
      },
    ]);
    expect(changes(strategy)).toEqual([]);
    expect(strategy.calls).toEqual([]);
  });

  test("a volume of the project that is a directory of the host", async () => {
    const { limited } = guarded({ binds: ["/srv"] });
    const spec = { kind: "volume", name: "etc", driverOptions: { type: "none", o: "bind", device: "/etc" } } as const;
    const error = await errorOf(up(limited, { ...project(app("web")), resources: [{ key: "etc", spec }] }));
    expect(error).toMatchObject({
      code: "POLICY_VIOLATION",
      message: expect.stringContaining("etc: the host directory /etc"),
    });
  });
});

test.each<[Omit<Policy, "source">, Partial<DeployRequest>]>([
  [{ privileged: true, hostNetwork: true, engineSocket: true, images: { digest: false } }, { privileged: true }],
  [{ capabilities: ["CAP_NET_BIND_SERVICE"] }, { capAdd: ["net_bind_service"], capDrop: ["ALL"] }],
  [{ devices: ["/dev/bus"] }, { devices: ["/dev/bus/usb/001:/dev/usb"] }],
  [{ ...DATA, engineSocket: false }, bind("/srv/data/web/./logs/")],
  [{ binds: ["/"] }, bind("/etc")],
  [{ binds: [], engineSocket: false }, localVolume({ type: "nfs", o: "addr=10.0.0.1", device: ":/export" })],
  [HUB, { image: "nginx:1" }],
  [HUB, { image: "registry.example.com/team/app" }],
  [{ images: { digest: true } }, { image: `nginx@${DIGEST}` }],
])("%j allows %j", async (policy, request) => {
  const { limited } = guarded(policy);
  expect((await up(limited, project(app("web", request)))).outcome).toBe("ok");
});

describe("with signed_by", () => {
  const signed = { images: { signedBy: [KEY] } };

  test("up() deploys the digest that was signed", async () => {
    const { strategy, limited } = guarded(signed, { verifyImage: async () => DIGEST });
    await up(limited, project(app("web", { image: "demo:1" })));
    expect(strategy.engine.services.get("web")?.request.image).toBe(`demo:1@${DIGEST}`);
    strategy.calls.length = 0;
    expect((await up(limited, project(app("web", { image: "demo:1" })))).outcome).toBe("ok");
    expect(changes(strategy)).toEqual([]);
  });

  test.each<[string, Partial<PolicyOptions>, Partial<DeployRequest>]>([
    ["without verifyImage", {}, {}],
    ["an image by its id", { verifyImage: async () => DIGEST }, { image: "b".repeat(64) }],
    [
      "an unreachable registry",
      {
        verifyImage: async () => {
          throw new DeploymentError("ENGINE_UNREACHABLE", "The registry can't be reached.");
        },
      },
      {},
    ],
  ])("refuses %s", async (_, options, request) => {
    const { strategy, limited } = guarded(signed, options);
    const error = await errorOf(up(limited, project(app("web", request))));
    expect(error).toMatchObject({ code: "POLICY_VIOLATION", issues: [{ field: "image" }] });
    expect(strategy.calls).toEqual([]);
  });
});

test("an error of reading the policies ends every operation that deploys", async () => {
  const strategy = memory({ capabilities: ALL });
  await up(strategy, project(app("web", { image: "demo:1" })));
  await up(strategy, project(app("web", { image: "demo:2" })));
  const limited = withPolicy(strategy, {
    policies: () => Promise.reject(new DeploymentError("INVALID_FILE", "No such file.")),
  });
  strategy.calls.length = 0;
  const desired = project(app("web", { image: "demo:3" }));
  for (const work of [
    up(limited, desired),
    plan(limited, desired),
    planToSave(limited, desired),
    rollback(limited, desired),
  ]) {
    expect(await errorOf(work)).toMatchObject({ code: "INVALID_FILE" });
  }
  expect(changes(strategy)).toEqual([]);
});

test("a saved plan is refused under a policy that was put in force after it was made", async () => {
  const { strategy, limited } = guarded({ privileged: false });
  const desired = project(app("web", { privileged: true }));
  const { saved } = await planToSave(strategy, desired);
  strategy.calls.length = 0;
  expect(await errorOf(up(limited, desired, { saved }))).toMatchObject({ code: "POLICY_VIOLATION" });
  expect(strategy.calls).toEqual([]);
});

test("adopting a service is refused if the file requests what is forbidden", async () => {
  const { strategy, limited } = guarded({ privileged: false });
  await strategy.deploy({ name: "web", image: "demo:1", privileged: true });
  strategy.calls.length = 0;
  const work = up(limited, project(app("web", { privileged: true })), { adopt: ["Web"] });
  expect(await errorOf(work)).toMatchObject({ code: "POLICY_VIOLATION" });
  expect(strategy.calls).toEqual([]);
});

test("createDeployer() applies its policies to all operations", async () => {
  const strategy = memory({ capabilities: ALL });
  const policies: Policy[] = [
    { source: "the program", privileged: false },
    { source: "the site", hostNetwork: false },
  ];
  const deployer = createDeployer(strategy, { policy: { policies } });
  const desired = project(app("web", { privileged: true, networks: ["host"] }));
  for (const work of [deployer.plan(desired), deployer.up(desired).report]) {
    const error = await errorOf(work);
    expect(error?.issues.map(({ field }) => field)).toEqual(["privileged", "networks[0]"]);
  }
  expect(strategy.calls).toEqual([]);
});
