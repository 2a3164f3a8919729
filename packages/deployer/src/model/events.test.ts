import type { Deployment, DeploymentWarning, DeployOptions, DeployRequest } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { app, project, testOptions } from "../../test/fixtures.js";
import { up } from "../operations/up.js";
import type { DeployerEvent } from "./events.js";

const about = (service: string, registry: string): DeploymentWarning => ({
  code: "CREDENTIALS_UNAVAILABLE",
  service,
  strategy: "memory",
  registry,
  reason: `No credentials for ${registry}.`,
});

test("up() reports a warning about a registry once for a run, and one about an app for each app", async () => {
  class Warning extends MemoryDeploymentStrategy {
    override async deploy(request: DeployRequest, options?: DeployOptions): Promise<Deployment> {
      const deployed = await super.deploy(request, options);
      const own: DeploymentWarning = {
        code: "ENGINE_WARNING",
        service: request.name,
        strategy: "memory",
        reason: "careful",
      };
      return { ...deployed, warnings: [about(request.name, "r.io"), about(request.name, "s.io"), own] };
    }
  }
  const events: DeployerEvent[] = [];
  const { apps } = await up(new Warning(testOptions()), project(app("web"), app("db"), app("ui")), {
    observer: (event) => void events.push(event),
  });
  const reported = events.flatMap((event) => (event.type === "warning" ? [event.warning] : []));
  expect(reported.filter(({ code }) => code === "CREDENTIALS_UNAVAILABLE")).toHaveLength(2);
  expect(reported.filter(({ code }) => code === "ENGINE_WARNING")).toHaveLength(3);
  expect(
    apps.flatMap(({ warnings }) => warnings).filter(({ code }) => code === "CREDENTIALS_UNAVAILABLE"),
  ).toHaveLength(2);
});
