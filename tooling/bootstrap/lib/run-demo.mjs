// The demo, on the checkout's Node after setup: runs up and down with the example file on a real engine.
import { setTimeout as sleep } from "node:timers/promises";
import { ensureEngine } from "@openfactory/test-engine";
import { prepareDemoEngine } from "./demo-engine.mjs";
import { DEMO } from "./demo-settings.mjs";
import { abortOnSignals, main } from "./main.mjs";
import { ofdeploy } from "./ofdeploy.mjs";
import { step, StepError } from "./step.mjs";

const signal = abortOnSignals();

await main(async () => {
  const engine = await step("Looking for a Docker Engine", () =>
    ensureEngine({ log: (line) => console.log(`  ${line}`) }),
  );
  console.log(`  Docker Engine ${engine.version} at ${engine.host}`);
  try {
    await show(engine);
  } finally {
    if (engine.isPrivate) await step("Stopping the private engine", engine.release);
  }
  console.log("\nThe demo is complete; its resources are removed.");
  return 0;
});

async function show(engine) {
  const demo = prepareDemoEngine(engine);
  const run = (command, options) => ofdeploy(engine.host, command, options);
  try {
    await unlessAborted("Creating the demo's image", demo.prepare);
    await unlessAborted(`Deploying ${DEMO.file}`, () => run(["up"], { signal }));
    await unlessAborted("Listing the services", () => run(["ps"], { signal }));
    await unlessAborted(`Requesting ${DEMO.url}`, answer);
    await unlessAborted("Removing the services and the volume", () => run(["down", "--volumes", "--yes"], { signal }));
    const left = await demo.leftovers();
    if (left.length > 0) throw new StepError(`\`ofdeploy down --volumes\` did not remove: ${left.join(", ")}.`);
  } finally {
    // Removes leftovers of failed steps, and the demo's own image.
    await demo.clean();
  }
}

async function unlessAborted(title, work) {
  signal.throwIfAborted();
  await step(title, work);
  signal.throwIfAborted();
}

/** The app answers a moment after its container has started. */
async function answer() {
  let failure;
  for (let attempt = 0; attempt < 50 && !signal.aborted; attempt++) {
    try {
      const response = await fetch(DEMO.url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
      const text = (await response.text()).trim();
      console.log(`  HTTP ${response.status}`);
      for (const line of text.split("\n").slice(0, 10)) console.log(`  ${line}`);
      if (response.ok) return;
      throw new StepError(`${DEMO.url} answered with HTTP status ${response.status}.`);
    } catch (error) {
      if (error instanceof StepError) throw error;
      failure = error.cause?.message ?? error.message;
      await sleep(200);
    }
  }
  throw new StepError(`${DEMO.url} did not answer: ${failure}.`);
}
