// The script of an executable.
import { runProcess } from "../../../apps/cli/dist/index.js";

runProcess().catch((error) => {
  process.stderr.write(`error[INTERNAL] ofdeploy could not start: ${String(error.message).split("\n")[0]}\n`);
  process.exitCode = 70;
});
