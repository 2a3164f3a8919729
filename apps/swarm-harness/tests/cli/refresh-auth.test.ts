import { type AuthRefresh, DeploymentError } from "@openfactory/deploy-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resetMemory } from "./support/memory-plugin.js";
import { appFile, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  resetMemory();
});
afterEach(() => project.remove());

const two = appFile({ web: "depends_on: [db]", db: "" });

describe("refresh-auth", () => {
  /** The memory platform with stored credentials, as on a swarm. */
  const storing = (outcomes: Record<string, AuthRefresh | DeploymentError> = {}) => {
    const memory = resetMemory();
    const { manifest } = memory;
    const capabilities = [...manifest.capabilities, "refreshAuth"];
    Object.defineProperty(memory, "manifest", { value: { ...manifest, capabilities } });
    const refreshed: string[] = [];
    Object.assign(memory, {
      async refreshAuth(name: string) {
        const outcome = outcomes[name] ?? { name, renewed: true, warnings: [] };
        if (outcome instanceof DeploymentError) throw outcome;
        refreshed.push(name);
        return outcome;
      },
    });
    return { memory, refreshed };
  };
  const warnings = [
    { code: "NO_CREDENTIALS", service: "db", strategy: "memory", reason: "There are none here." },
  ] as const;

  test("refreshes the credentials of the project's services, or of the named ones", async () => {
    const { memory, refreshed } = storing();
    await memory.deploy({ image: "x:1", name: "other" });
    await project.write(two).run("up");
    const all = await project.run("refresh-auth");
    expect(all).toMatchObject({ code: 0, err: expect.stringContaining("web: renewing registry credentials") });
    expect(all.out).toMatch(/^web: renewed\ndb: renewed\nfactory: 2 renewed in /);
    expect(refreshed.splice(0).sort()).toEqual(["db", "web"]);
    expect((await project.run("refresh-auth", "DB")).out).toMatch(/^db: renewed\nfactory: 1 renewed/);
    const elsewhere = new TestProject();
    expect((await elsewhere.run("refresh-auth", "--project", "factory")).out).toContain("factory: 2 renewed");
    expect((await elsewhere.run("refresh-auth", "--project", "empty")).out).toBe("empty: nothing is deployed\n");
    elsewhere.remove();
  });

  test("reports unchanged and failed services, and exits with the code of the error", async () => {
    storing({
      db: { name: "db", renewed: false, warnings },
      web: new DeploymentError("UNAUTHORIZED", "The credential helper failed.", { hint: "Repair it." }),
    });
    await project.write(two).run("up");
    const { code, out, err } = await project.run("refresh-auth");
    expect(code).toBe(4);
    expect(out).toMatch(/^web: failed\ndb: unchanged, no credentials to store\nfactory: 0 renewed in /);
    expect(err).toContain("warning[NO_CREDENTIALS] db: There are none here.");
    expect(err).toContain("error[UNAUTHORIZED] The credential helper failed.\n  hint: Repair it.");
  });

  test("--json prints an event for each service, and the report last", async () => {
    storing({ db: { name: "db", renewed: false, warnings } });
    await project.write(two).run("up");
    const { events, err, code } = await project.run("refresh-auth", "--json");
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(
      events
        .filter(({ event }) => event === "refresh")
        .map(({ service, outcome }) => `${String(service)} ${String(outcome)}`)
        .sort(),
    ).toEqual(["db kept", "web renewed"]);
    expect(events).toContainEqual(expect.objectContaining({ event: "warning", app: "db", code: "NO_CREDENTIALS" }));
    expect(events).toContainEqual(expect.objectContaining({ event: "phase", app: "web", phase: "refreshing" }));
    expect(events.at(-1)).toMatchObject({
      event: "result",
      command: "refresh-auth",
      ok: true,
      exitCode: 0,
      project: "factory",
      services: [{}, {}],
    });
  });

  test("fails on a platform without stored credentials, and for an unknown or undeployed app", async () => {
    project.write(two);
    expect(await project.run("refresh-auth")).toMatchObject({
      code: 3,
      err: expect.stringContaining("error[UNSUPPORTED] The platform memory doesn't support refreshAuth."),
    });
    storing();
    expect(await project.run("refresh-auth", "webb")).toMatchObject({
      code: 1,
      err: expect.stringContaining("Did you mean web?"),
    });
    expect(await project.run("refresh-auth", "web")).toMatchObject({
      code: 1,
      err: expect.stringContaining("web is not deployed"),
    });
  });
});
