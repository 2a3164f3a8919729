import { expect, test } from "vitest";
import { BatchPoller } from "./batch-poller.js";

const always = (milliseconds: number) => ({ least: milliseconds, times: 0, most: milliseconds });

/** Looks that are noted, and end when the test says so. */
const looks = () => {
  const asked: string[][] = [];
  const ends: (() => void)[] = [];
  const shared = new BatchPoller<string, string>(async (keys) => {
    asked.push([...keys]);
    await new Promise<void>((resolve) => ends.push(resolve));
    const number = asked.length;
    return (key) => {
      if (key === "broken") throw new Error("it is broken");
      return `${key} at look ${number}`;
    };
  }, always(1));
  const begun = async (count: number): Promise<void> => {
    while (asked.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  return { shared, asked, begun, end: () => ends.shift()?.() };
};

test("all who ask before a look begins share it; who asks during one gets the next", async () => {
  const { shared, asked, begun, end } = looks();
  const first = Promise.all([shared.next("a"), shared.next("b"), shared.next("a")]);
  await begun(1);
  const late = shared.next("c");
  end();
  expect(await first).toEqual(["a at look 1", "b at look 1", "a at look 1"]);
  await begun(2);
  end();
  expect(await late).toBe("c at look 2");
  expect(asked).toEqual([["a", "b"], ["c"]]);
});

test("what one key's part throws is that one's alone; a look that fails is everybody's", async () => {
  const { shared, begun, end } = looks();
  const both = Promise.allSettled([shared.next("a"), shared.next("broken")]);
  await begun(1);
  end();
  expect(await both).toMatchObject([{ value: "a at look 1" }, { reason: { message: "it is broken" } }]);

  const failing = new BatchPoller<string, string>(async () => Promise.reject(new Error("no engine")), always(1));
  const failed = await Promise.allSettled([failing.next("a"), failing.next("b")]);
  expect(failed).toMatchObject([{ reason: { message: "no engine" } }, { reason: { message: "no engine" } }]);
  await expect(failing.next("a")).rejects.toThrow("no engine");
});

test("who is aborted goes at once, and the others get their look", async () => {
  const { shared, asked, begun, end } = looks();
  const controller = new AbortController();
  const options = { signal: controller.signal, service: "demo" };
  const stays = shared.next("a");
  const goes = shared.next("b", options);
  controller.abort();
  await expect(goes).rejects.toMatchObject({ code: "ABORTED", service: "demo" });
  await expect(shared.next("b", options)).rejects.toMatchObject({ code: "ABORTED" });
  await begun(1);
  end();
  expect(await stays).toBe("a at look 1");
  expect(asked).toEqual([["a"]]);
});

test("with nobody waiting it does not look", async () => {
  const { shared, asked } = looks();
  const controller = new AbortController();
  const goes = shared.next("a", { signal: controller.signal });
  controller.abort();
  await expect(goes).rejects.toMatchObject({ code: "ABORTED" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toEqual([]);
});

test("a look begins early for who can't wait until it is due", async () => {
  let count = 0;
  const shared = new BatchPoller<string, number>(
    async () => {
      count += 1;
      return () => count;
    },
    always(2 ** 30),
  );
  expect(await shared.next("a")).toBe(1);
  const patient = shared.next("a");
  expect(await shared.next("b", { withinMs: 1 })).toBe(2);
  expect(await patient).toBe(2);
});
