import { type LogEntry, type LogsOptions, sleep } from "@openfactory/deploy-core";
import type { MemoryEngine } from "./engine.js";
import { isRunning, linesOf, type MemoryInstance } from "./service.js";

const STEP_MS = 5;

const entries = (service: string, instance: MemoryInstance): (LogEntry & { at: number })[] =>
  linesOf(instance).map(({ stream, line, at }) => ({
    service,
    instance: instance.name,
    stream,
    // As an engine gives it: nine digits.
    timestamp: new Date(at).toISOString().replace("Z", "000000Z"),
    line,
    at,
  }));

const lastOf = <Item>(items: Item[], count: number | undefined): Item[] =>
  count === undefined ? items : items.slice(Math.max(0, items.length - count));

/** What the processes of a service wrote; with `follow`, until they have ended or the service is gone. */
export async function* logsOf(engine: MemoryEngine, name: string, options: LogsOptions): AsyncGenerator<LogEntry> {
  const { follow = false, tail, since, signal } = options;
  const given = new Map<string, number>();
  let { instances } = engine.service(name);
  for (;;) {
    for (const instance of instances) {
      const all = entries(name, instance).filter(({ at }) => since === undefined || at >= since.getTime());
      const before = given.get(instance.id);
      given.set(instance.id, all.length);
      const fresh = before === undefined ? lastOf(all, tail) : all.slice(before);
      for (const { at: _, ...entry } of fresh) yield entry;
    }
    if (!follow || !instances.some(isRunning)) return;
    await sleep(STEP_MS, signal);
    instances = engine.services.get(name)?.instances ?? [];
  }
}
