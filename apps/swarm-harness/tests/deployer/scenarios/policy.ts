import { type DeploymentError, requireCapability, supports } from "@openfactory/deploy-core";
import { changeProcesses, down, exec, rollback, scale, up, withPolicy } from "@openfactory/deployer";
import { expect } from "vitest";
import { nameOf, type PlatformFixture, projectOf } from "./platform-fixture.js";

const SOURCE = "/etc/ofdeploy/policy.yaml";

/**
 * Deploys a version that a policy forbids, and checks that each operation which would start its containers, or run a command in
 * them, is refused before any change; that a rollback to an allowed version is done, and one to the forbidden version refused.
 */
export async function checkPolicyOperations(fixture: PlatformFixture): Promise<void> {
  const { strategy, options } = fixture;
  const reader = requireCapability(strategy, "inspect");
  const limited = withPolicy(strategy, { policies: [{ source: SOURCE, capabilities: [] }] });
  const service = nameOf(fixture, "web");
  const allowed = projectOf(fixture, { apps: { web: { version: 1 } } });
  const forbidden = projectOf(fixture, { apps: { web: { version: 2, more: { capAdd: ["SYS_TIME"] } } } });
  const isRefused = async (work: () => Promise<unknown>): Promise<void> => {
    const before = (await reader.inspect(service)).revision;
    const error = await work().then(
      () => undefined,
      (thrown: DeploymentError) => thrown,
    );
    expect(error).toMatchObject({ code: "POLICY_VIOLATION", message: expect.stringContaining(`policy ${SOURCE}`) });
    expect((await reader.inspect(service)).revision).toBe(before);
  };

  for (const file of [allowed, forbidden]) expect(await up(strategy, file, options)).toMatchObject({ outcome: "ok" });
  await isRefused(() => up(limited, forbidden, options));
  await isRefused(() => changeProcesses(limited, forbidden, "restart", options));
  await isRefused(() => exec(limited, forbidden, "web", ["true"]));
  if (supports(strategy, "scale")) await isRefused(() => scale(limited, forbidden, "web", 2, options));

  expect(await rollback(limited, forbidden, options)).toMatchObject({ outcome: "ok", apps: [{ outcome: "running" }] });
  expect(await fixture.versionOf(service)).toBe(1);
  await isRefused(() => rollback(limited, allowed, { ...options, apps: ["web"] }));
  expect(await exec(limited, allowed, "web", ["true"])).toMatchObject({ exitCode: 0 });
  expect(await changeProcesses(limited, allowed, "restart", options)).toMatchObject({ outcome: "ok" });

  expect(await up(strategy, forbidden, options)).toMatchObject({ outcome: "ok" });
  expect(await changeProcesses(limited, forbidden, "stop", options)).toMatchObject({ outcome: "ok" });
  await isRefused(() => changeProcesses(limited, forbidden, "start", options));
  expect(await down(limited, forbidden, options)).toMatchObject({ outcome: "ok" });
}
