import type { ContainerDetails, DockerEngine, EngineEvent } from "@openfactory/docker-engine";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { watchContainers } from "./watch-containers.js";

interface Stream {
  emit(Action: string, id: string, attributes?: Record<string, string>): void;
  /** Ends the stream as an engine does that restarts. */
  end(): void;
  isOpen: boolean;
}

/** An engine with streams of events, each open once `open` was called, at once by default. */
function engineWithEvents({ opensAtOnce = true } = {}) {
  const streams: (Stream & { open(): void })[] = [];
  async function* events(
    _: object,
    { signal, onOpen }: { signal?: AbortSignal; onOpen?: () => void } = {},
  ): AsyncGenerator<EngineEvent> {
    const queue: EngineEvent[] = [];
    let changed = Promise.withResolvers<void>();
    const notify = (): void => changed.resolve();
    const stream = {
      isOpen: true,
      open: () => onOpen?.(),
      end() {
        stream.isOpen = false;
        notify();
      },
      emit(Action: string, ID: string, Attributes: Record<string, string> = {}) {
        queue.push({ Type: "container", Action, Actor: { ID, Attributes } } as EngineEvent);
        notify();
      },
    };
    signal?.addEventListener("abort", stream.end);
    streams.push(stream);
    if (opensAtOnce) stream.open();
    while (stream.isOpen) {
      yield* queue.splice(0);
      await changed.promise;
      changed = Promise.withResolvers<void>();
    }
  }
  return { engine: { events } as unknown as DockerEngine, streams };
}

const container = (Id: string, Running = true): ContainerDetails => ({ Id, State: { Running } }) as ContainerDetails;

/** Resolves when the watches have received the events. */
const delivered = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Whether a watch reports an event before its time limit. */
async function reports(next: Promise<void>): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 30));
  return Promise.race([next.then(() => true), late]);
}

test("watches at the same time share one stream, which closes with the last of them", async () => {
  const { engine, streams } = engineWithEvents();
  const [one, two] = await Promise.all([watchContainers(engine), watchContainers(engine)]);
  one.stop();
  expect(streams.map(({ isOpen }) => isOpen)).toEqual([true]);
  two.stop();
  expect(streams.map(({ isOpen }) => isOpen)).toEqual([false]);
  (await watchContainers(engine)).stop();
  expect(streams).toHaveLength(2);
});

test("a watch reports only events of the containers that it watches, and their last exit codes", async () => {
  const { engine, streams } = engineWithEvents();
  const watch = await watchContainers(engine);
  watch.setContainers([container("a")]);
  streams[0]?.emit("die", "b", { exitCode: "1" });
  expect(await reports(watch.nextEvent(10_000))).toBe(false);
  streams[0]?.emit("die", "a", { exitCode: "3" });
  expect(await reports(watch.nextEvent(10_000))).toBe(true);
  expect([watch.exitCode("a"), watch.exitCode("b")]).toEqual([3, undefined]);
  watch.stop();
});

test("an event after the start of the watch counts, before the containers are known too", async () => {
  const { engine, streams } = engineWithEvents();
  const watch = await watchContainers(engine);
  streams[0]?.emit("die", "a", { exitCode: "3" });
  await delivered();
  watch.setContainers([container("a")]);
  expect(await reports(watch.nextEvent(10_000))).toBe(true);
  expect(watch.exitCode("a")).toBe(3);
  watch.stop();
});

test("a watch starts when its stream is open: what is read afterwards misses no change", async () => {
  const { engine, streams } = engineWithEvents({ opensAtOnce: false });
  let isStarted = false;
  const starting = watchContainers(engine).then((watch) => {
    isStarted = true;
    return watch;
  });
  await expect.poll(() => streams).toHaveLength(1);
  expect(isStarted).toBe(false);
  streams[0]?.open();
  (await starting).stop();
});

test("a watch falls back to its time limit without a stream, and the next watch opens another one", async () => {
  const { engine, streams } = engineWithEvents();
  const watch = await watchContainers(engine);
  watch.setContainers([container("a")]);
  streams[0]?.end();
  await watch.nextEvent(5);
  const next = await watchContainers(engine);
  expect(streams).toHaveLength(2);
  for (const each of [watch, next]) each.stop();

  const events = (): never => {
    throw new Error("no events");
  };
  const without = await watchContainers({ events } as unknown as DockerEngine);
  await without.nextEvent(5);
  without.stop();
});

describe("the start of a container", () => {
  const watched = async () => {
    const { engine, streams } = engineWithEvents();
    const watch = await watchContainers(engine);
    onTestFinished(() => watch.stop());
    return {
      inspect: (isRunning: boolean) => watch.setContainers([container("a", isRunning)]),
      emit: async (action: string) => {
        streams[0]?.emit(action, "a", { exitCode: "1" });
        await delivered();
      },
      hasEvent: () => reports(watch.nextEvent(10_000)),
    };
  };

  test("is no event if the container was inspected running since, before or after its event", async () => {
    const { inspect, emit, hasEvent } = await watched();
    await emit("start");
    inspect(true);
    expect(await hasEvent()).toBe(false);
    await emit("start");
    expect(await hasEvent()).toBe(false);
  });

  test("is an event if the container was inspected before it ran", async () => {
    const { inspect, emit, hasEvent } = await watched();
    inspect(false);
    await emit("start");
    expect(await hasEvent()).toBe(true);
  });

  test.each([
    ["since it was inspected", false],
    ["while it was inspected", true],
  ])("is an event if the container ended %s", async (_, isInspectedAgain) => {
    const { inspect, emit, hasEvent } = await watched();
    inspect(true);
    await emit("die");
    if (isInspectedAgain) inspect(true);
    expect(await hasEvent()).toBe(true);
    await emit("start");
    expect(await hasEvent()).toBe(true);
  });
});

test("a watch has a shorter time limit until its stream has reported the result of a health check", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { engine, streams } = engineWithEvents();
  const watch = await watchContainers(engine);
  watch.setContainers([container("a")]);
  const msOf = async (next: Promise<void>): Promise<number> => {
    const start = Date.now();
    void vi.advanceTimersByTimeAsync(20_000);
    await next;
    return Date.now() - start;
  };
  expect(await msOf(watch.nextEvent(60_000))).toBe(2_000);
  await vi.advanceTimersByTimeAsync(20_000);
  streams[0]?.emit("health_status: healthy", "b");
  await vi.advanceTimersByTimeAsync(0);
  expect(await msOf(watch.nextEvent(60_000))).toBe(10_000);
  watch.stop();
});
