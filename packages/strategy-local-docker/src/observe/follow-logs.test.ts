import { expect, test } from "vitest";
import { Channel } from "./follow-logs.js";

test("Channel.send() resolves when the consumer requests the next item", async () => {
  const channel = new Channel<number>();
  const done: number[] = [];
  for (const item of [1, 2]) void channel.send(item).then(() => done.push(item));
  const items = channel.receive();
  expect(items.next().value).toBe(1);
  await Promise.resolve();
  expect(done).toEqual([]);
  expect(items.next().value).toBe(2);
  await new Promise(setImmediate);
  expect(done).toEqual([1]);
  expect(items.next().done).toBe(true);
  await new Promise(setImmediate);
  expect(done).toEqual([1, 2]);
  expect(channel.isEmpty).toBe(true);
});

test("Channel.untilNotified() resolves at once after an earlier item or notification", async () => {
  const channel = new Channel<number>();
  void channel.send(1);
  await channel.untilNotified();
  expect([...channel.receive()]).toEqual([1]);
  channel.notify();
  await channel.untilNotified();
});

test("Channel.release() resolves all sends, also later ones", async () => {
  const channel = new Channel<number>();
  const sends = [channel.send(1), channel.send(2)];
  channel.release();
  await Promise.all([...sends, channel.send(3)]);
  expect(channel.isEmpty).toBe(true);
});

test("Channel.send() resolves when the consumer ends at its item", async () => {
  const channel = new Channel<number>();
  const sent = channel.send(1);
  for (const item of channel.receive()) {
    expect(item).toBe(1);
    break;
  }
  await sent;
});
