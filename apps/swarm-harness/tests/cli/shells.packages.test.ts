import { installPackages, TestEngineError } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ListingEngine } from "./support/listing-engine.js";
import { appFile, TestProject } from "./support/run-ofdeploy.js";
import { SHELLS, ShellTerminal } from "./support/shell-terminal.js";

const TAB = "\t";

let engine: ListingEngine;
beforeAll(async () => {
  engine = new ListingEngine({ old: { project: "hall", app: "old" }, ui: { project: "office", app: "ui" } });
  await engine.start();
});
afterAll(() => engine.stop());

/** Undefined if the shell is there, else why it is not. */
async function whyMissing(shell: string): Promise<string | undefined> {
  try {
    await installPackages([shell], `the completion of ${shell}`);
    return undefined;
  } catch (error) {
    if (error instanceof TestEngineError) return error.message;
    throw error;
  }
}

describe.concurrent.each(Object.keys(SHELLS) as (keyof typeof SHELLS)[])("%s", (name) => {
  test("completes commands, options, values and live names", async (context) => {
    const reason = await whyMissing(name);
    if (reason !== undefined) context.skip(reason);
    const project = new TestProject().write(appFile({ weather: "", "web-1": "", "web-2": "" }, "hall"));
    const meta = { Name: "hall-3", Metadata: {}, Endpoints: {} };
    project.write(JSON.stringify(meta), "home/.docker/contexts/meta/abc/meta.json");
    project.write("name: hall\n", "plan of hall.yml");
    const terminal = await ShellTerminal.open(name, project.folder, {
      DOCKER_HOST: engine.host,
      OFDEPLOY_COMPLETION_TIMEOUT: "20s",
    });
    // bash lists words at the second Tab.
    const list = name === "bash" ? TAB + TAB : TAB;
    const showsDescriptions = name !== "bash";
    try {
      // The first Tab of a new shell.
      await terminal.type(`ofdeploy rollb${TAB}`, /> ofdeploy rollback $/m);
      await terminal.clear();
      const commands = await terminal.type(`ofdeploy p${list}`, /platforms/);
      expect(commands).toMatch(/\bplan\b[^]*\bplatforms\b[^]*\bps\b|\bplan\b[^]*\bps\b[^]*\bplatforms\b/);
      expect(commands.includes("Show what up would change")).toBe(showsDescriptions);
      await terminal.clear();
      await terminal.type(`ofdeploy up --no-roll${TAB}`, /up --no-rollback $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy up --pull al${TAB}`, /--pull always $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy up wea${TAB}`, /up weather $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy up web-${list}`, /up web-\s[^]*web-\d\b[^]*web-\d\b/);
      await terminal.clear();
      await terminal.type(`ofdeploy scale wea${TAB}`, /scale weather=$/m);
      await terminal.clear();
      await terminal.type(`ofdeploy logs ol${TAB}`, /logs old $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy -p off${TAB}`, /-p office $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy up --context hal${TAB}`, /--context hall-3 $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy up --platform sw${TAB}`, /--platform swarm $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy up --platform=sw${TAB}`, /--platform=swarm $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy up -f pl${TAB}`, /up -f plan\\ of\\ hall\.yml $/m);
      await terminal.clear();
      await terminal.type(`ofdeploy up --file=open${TAB}`, /up --file=openfactory\.yml $/m);
      await terminal.clear();
      // Without candidates, nothing is inserted, not even a file.
      await terminal.type(`ofdeploy ps open${TAB}x`, /ps openx$/m);
    } finally {
      await terminal.close();
      project.remove();
    }
  });
});
