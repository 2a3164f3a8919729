import { describe, expect, it } from "vitest";
import { collect, frame, inPieces } from "../../test/bytes.js";
import { logFrames, FrameReader } from "./log-frames.js";
import { LogLines } from "./log-lines.js";

const at = (nanoseconds: number): string => `2026-01-02T03:04:05.${String(nanoseconds).padStart(9, "0")}Z`;

const read = (bytes: Buffer, format: { tty?: boolean; details?: boolean } = {}, length = 7) =>
  collect(logFrames(inPieces(bytes, length), { tty: false, details: false, ...format }));

describe("a log in frames", () => {
  it("has complete lines of both streams for any chunks", async () => {
    const bytes = Buffer.concat([
      frame(1, `${at(1)} zwölf €\n`),
      frame(2, `${at(2)} wrong\n`),
      frame(1, `${at(3)} \n`),
      frame(1, `${at(4)} last`),
    ]);
    for (let length = 1; length <= bytes.length; length++) {
      expect(await read(bytes, {}, length)).toEqual([
        { stream: "stdout", timestamp: at(1), line: "zwölf €", details: {} },
        { stream: "stderr", timestamp: at(2), line: "wrong", details: {} },
        { stream: "stdout", timestamp: at(3), line: "", details: {} },
        { stream: "stdout", timestamp: at(4), line: "last", details: {} },
      ]);
    }
  });

  it("has all lines of a frame", async () => {
    const lines = await read(frame(1, `${at(1)} one\ntwo\n${at(3)} three\n`));
    expect(lines.map(({ timestamp, line }) => [timestamp, line])).toEqual([
      [at(1), "one"],
      [at(1), "two"],
      [at(3), "three"],
    ]);
  });

  it("joins the parts of a long line that is split within a character, with another line in between", async () => {
    const [euro] = [Buffer.from("€")];
    const bytes = Buffer.concat([
      frame(1, Buffer.concat([Buffer.from(`${at(1)} long `), euro.subarray(0, 1)])),
      frame(2, `${at(2)} between\n`),
      frame(1, Buffer.concat([Buffer.from(`${at(3)} `), euro.subarray(1), Buffer.from(" line\n")])),
    ]);
    expect((await read(bytes)).map(({ timestamp, line }) => [timestamp, line])).toEqual([
      [at(2), "between"],
      [at(1), "long € line"],
    ]);
  });

  it("joins a line over frames without a prefix of their own", async () => {
    const bytes = Buffer.concat([frame(1, `${at(1)} be`), frame(1, "gin"), frame(1, " end\n")]);
    expect((await read(bytes)).map(({ line }) => line)).toEqual(["begin end"]);
  });

  it("separates the parts of several tasks", async () => {
    const bytes = Buffer.concat([
      frame(1, `${at(1)} task=1 first `),
      frame(1, `${at(2)} task=2 second `),
      frame(1, `${at(3)} task=1 whole\n`),
      frame(1, `${at(4)} task=2 whole\n`),
    ]);
    expect((await read(bytes, { details: true })).map(({ line, details }) => [details["task"], line])).toEqual([
      ["1", "first whole"],
      ["2", "second whole"],
    ]);
  });

  it("has a line of 3 MB as one", async () => {
    const text = "x".repeat(3_000_000);
    const [line] = await read(frame(1, `${at(1)} ${text}\n`), {}, 65_536);
    expect(line?.line).toBe(text);
  });

  // A frame of more than 1 MiB comes in parts.
  it.each([0, 1, 10, 31])(
    "has all lines of a long frame whose part could end %i bytes after a line",
    async (offset) => {
      const prefix = `${at(1)} `;
      const text = "x".repeat(1024 ** 2 - prefix.length - 1 - offset);
      const lines = await read(frame(1, `${prefix}${text}\n${at(2)} next\n${"y".repeat(100)}\n`), {}, 65_536);
      expect(lines.map(({ timestamp, line }) => [timestamp, line])).toEqual([
        [at(1), text],
        [at(2), "next"],
        [at(2), "y".repeat(100)],
      ]);
    },
  );

  it("has the time of a frame's last prefix for the lines of all its parts", async () => {
    const text = `${"x".repeat(99)}\n`;
    const lines = await read(frame(1, `${at(1)} ${text.repeat(30_000)}`), {}, 65_536);
    expect(lines).toHaveLength(30_000);
    expect(lines.filter(({ timestamp, line }) => timestamp !== at(1) || line.length !== 99)).toEqual([]);
  });

  it("cuts a line that is longer than 4 MiB, and marks it", async () => {
    const text = "x".repeat(5 * 1024 ** 2);
    const [first, second] = await read(
      Buffer.concat([frame(1, `${at(1)} ${text}\n`), frame(1, `${at(2)} next\n`)]),
      {},
      65_536,
    );
    expect(first?.line.length).toBeLessThan(4 * 1024 ** 2 + 100);
    expect(first?.line).toMatch(/x … \[cut: the line is longer than 4 MiB\]$/);
    expect(second?.line).toBe("next");
  });

  it("keeps at most 4 MiB of a frame that claims 4 GB, and of a line without an end", () => {
    const head = Buffer.alloc(8);
    head.writeUInt8(1, 0);
    head.writeUInt32BE(2 ** 32 - 1, 4);
    const reader = new FrameReader();
    const lines = new LogLines(false);
    const pushed = [
      Buffer.concat([head, Buffer.from(`${at(1)} `)]),
      ...Array<Buffer>(20).fill(Buffer.alloc(1024 ** 2, "x")),
    ];
    const payloads = pushed.flatMap((chunk) => [...reader.push(chunk)]);
    expect(payloads).toHaveLength(20);
    for (const { payload } of payloads) expect(payload.length).toBeLessThanOrEqual(1024 ** 2);
    payloads.forEach(({ payload }, index) => expect([...lines.push("stdout", payload, index > 0)]).toEqual([]));
    const [line] = [...lines.rest()];
    expect(line?.line.length).toBeLessThan(4 * 1024 ** 2 + 100);
  });

  it("throws the engine's own message about the log", async () => {
    const bytes = Buffer.concat([frame(1, `${at(1)} a\n`), frame(3, "Error grabbing logs: no space\n")]);
    await expect(read(bytes)).rejects.toMatchObject({ code: "ENGINE_ERROR", cause: { message: /no space/ } });
  });

  it("throws if the stream ends within a frame", async () => {
    await expect(read(frame(1, `${at(1)} a\n`).subarray(0, 20))).rejects.toMatchObject({ code: "ENGINE_ERROR" });
  });
});

describe("the log of a terminal", () => {
  it("cuts a line that is longer than 4 MiB, and marks it", async () => {
    const bytes = Buffer.from(`${at(1)} ${"x".repeat(5 * 1024 ** 2)}\r\n${at(2)} next\r\n`);
    const lines = await read(bytes, { tty: true }, 65_536);
    expect(lines[0]?.line).toMatch(/x … \[cut: the line is longer than 4 MiB\]$/);
    expect(lines[1]?.line).toBe("next");
  });

  it("has its lines as stdout for any chunks", async () => {
    const bytes = Buffer.from(`${at(1)} zwölf\r\n${at(2)} \r\n${at(3)} last`);
    for (let length = 1; length <= bytes.length; length++) {
      expect(await read(bytes, { tty: true }, length)).toEqual([
        { stream: "stdout", timestamp: at(1), line: "zwölf", details: {} },
        { stream: "stdout", timestamp: at(2), line: "", details: {} },
        { stream: "stdout", timestamp: at(3), line: "last", details: {} },
      ]);
    }
  });
});

function framesOf(bytes: Buffer, length: number): { frames: [string, string][]; incomplete: boolean } {
  const reader = new FrameReader();
  const frames: [string, string][] = [];
  for (let start = 0; start < bytes.length; start += length) {
    for (const { stream, payload } of reader.push(bytes.subarray(start, start + length))) {
      frames.push([stream, payload.toString()]);
    }
  }
  return { frames, incomplete: reader.incomplete };
}

const bytes = Buffer.concat([frame(1, "out\n"), frame(2, "ärr"), frame(1, ""), frame(0, "in"), frame(3, "words")]);

it("FrameReader returns the same frames for any chunks", () => {
  for (let length = 1; length <= bytes.length; length++) {
    expect(framesOf(bytes, length)).toEqual({
      frames: [
        ["stdout", "out\n"],
        ["stderr", "ärr"],
        ["stdout", ""],
        ["stdout", "in"],
        ["engine", "words"],
      ],
      incomplete: false,
    });
  }
});

it("FrameReader is incomplete within a header and within a payload", () => {
  const whole = frame(1, "").length;
  expect(framesOf(bytes.subarray(0, 4), 4).incomplete).toBe(true);
  expect(framesOf(bytes.subarray(0, whole + 2), 4).incomplete).toBe(true);
});

it("FrameReader joins a payload of many chunks", () => {
  const long = "x".repeat(300_000);
  expect(framesOf(frame(2, long), 1000).frames).toEqual([["stderr", long]]);
});

it.each([
  ["another stream type", Buffer.from([9, 0, 0, 0, 0, 0, 0, 1, 65])],
  ["text", Buffer.from("\x01plain text")],
])("FrameReader rejects %s", (_what, wrong) => {
  expect(() => framesOf(wrong, 100)).toThrow("not in the multiplexed format");
});
