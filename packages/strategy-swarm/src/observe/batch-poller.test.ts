import { expect, test } from "vitest";
import { BatchPoller } from "./batch-poller.js";

const every = (milliseconds: number) => ({ minDelayMs: milliseconds, backoffFactor: 0, maxDelayMs: milliseconds });

/** A poller that records its polls; each poll ends when the test calls `end`. */
const recordedPolls = () => {
  const polls: string[][] = [];
  const ends: (() => void)[] = [];
  const poller = new BatchPoller<string, string>(async (keys) => {
    polls.push([...keys]);
    await new Promise<void>((resolve) => ends.push(resolve));
    const number = polls.length;
    return (key) => {
      if (key === "broken") throw new Error("it is broken");
      return `${key} at poll ${number}`;
    };
  }, every(1));
  const started = async (count: number): Promise<void> => {
    while (polls.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { poller, polls, started, end: () => ends.shift()?.() };
};

test("calls before a poll starts share it; a call during a poll gets the next one", async () => {
  const { poller, polls, started, end } = recordedPolls();
  const first = Promise.all([poller.next("a"), poller.next("b"), poller.next("a")]);
  await started(1);
  const late = poller.next("c");
  end();
  expect(await first).toEqual(["a at poll 1", "b at poll 1", "a at poll 1"]);
  await started(2);
  end();
  expect(await late).toBe("c at poll 2");
  expect(polls).toEqual([["a", "b"], ["c"]]);
});

test("an error of one key rejects the calls for that key; a failed poll rejects all calls", async () => {
  const { poller, started, end } = recordedPolls();
  const both = Promise.allSettled([poller.next("a"), poller.next("broken")]);
  await started(1);
  end();
  expect(await both).toMatchObject([{ value: "a at poll 1" }, { reason: { message: "it is broken" } }]);

  const failing = new BatchPoller<string, string>(async () => Promise.reject(new Error("no engine")), every(1));
  const failed = await Promise.allSettled([failing.next("a"), failing.next("b")]);
  expect(failed).toMatchObject([{ reason: { message: "no engine" } }, { reason: { message: "no engine" } }]);
  await expect(failing.next("a")).rejects.toThrow("no engine");
});

test("an aborted call rejects at once, and the other calls get their poll", async () => {
  const { poller, polls, started, end } = recordedPolls();
  const controller = new AbortController();
  const options = { signal: controller.signal, service: "demo" };
  const stays = poller.next("a");
  const aborted = poller.next("b", options);
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ code: "ABORTED", service: "demo" });
  await expect(poller.next("b", options)).rejects.toMatchObject({ code: "ABORTED" });
  await started(1);
  end();
  expect(await stays).toBe("a at poll 1");
  expect(polls).toEqual([["a"]]);
});

test("no poll runs when no call is waiting", async () => {
  const { poller, polls } = recordedPolls();
  const controller = new AbortController();
  const aborted = poller.next("a", { signal: controller.signal });
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(polls).toEqual([]);
});

test("a poll starts early for a call with withinMs", async () => {
  let count = 0;
  const poller = new BatchPoller<string, number>(
    async () => {
      count += 1;
      return () => count;
    },
    every(2 ** 30),
  );
  expect(await poller.next("a")).toBe(1);
  const patient = poller.next("a");
  expect(await poller.next("b", { withinMs: 1 })).toBe(2);
  expect(await patient).toBe(2);
});

test("a poll that throws at once, without a promise, rejects", async () => {
  const poller = new BatchPoller<string, string>(() => {
    throw new Error("it is broken");
  }, every(1));
  await expect(poller.next("a")).rejects.toThrow("it is broken");
  await expect(poller.next("b")).rejects.toThrow("it is broken");
});
