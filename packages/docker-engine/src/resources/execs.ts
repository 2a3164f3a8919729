import { createdShape, execShape } from "../answers/shapes.js";
import { dial, dialDuplex, queryAndBody, segment } from "../connection/dockerode.js";
import type { Client } from "../connection/client.js";
import type { Execs } from "../engine.js";
import { explainExec } from "./explain-errors.js";

export const execsOf = (client: Client): Execs => ({
  async create(container, body, options) {
    const created = client.json(
      { action: `execute a command in container ${container}` },
      createdShape,
      // Not dockerode's exec(): it returns an object without the engine's answer.
      (docker, signal) =>
        dial(docker, { method: "POST", path: `/containers/${segment(container)}/exec`, body }, signal),
      options,
    );
    const { Id } = await created.catch(rethrowExplained);
    return Id;
  },
  async start(id, options = {}) {
    const started = client.duplex(
      { action: "start a command" },
      // Not dockerode's start(): its errors lack the engine's answer.
      (docker, signal) =>
        dialDuplex(
          docker,
          {
            method: "POST",
            path: `/exec/${segment(id)}/start`,
            body: { Detach: false, Tty: options.tty === true },
          },
          signal,
        ),
      options,
    );
    return started.catch(rethrowExplained);
  },
  async resize(id, { columns, rows }, options) {
    await client.send(
      { action: "resize the terminal of a command" },
      (docker, abortSignal) =>
        docker.getExec(segment(id)).resize({ ...queryAndBody({ w: columns, h: rows }), abortSignal }),
      options,
    );
  },
  async inspect(id, options) {
    const { Running, ExitCode } = await client.json(
      { action: "inspect a command", read: true },
      execShape,
      (docker, abortSignal) => docker.getExec(segment(id)).inspect({ abortSignal }),
      options,
    );
    return { running: Running, ...(!Running && typeof ExitCode === "number" && { exitCode: ExitCode }) };
  },
});

/** Docker Engine 28 refuses the creation of the command, others refuse its start. */
function rethrowExplained(error: unknown): never {
  throw explainExec(error);
}
