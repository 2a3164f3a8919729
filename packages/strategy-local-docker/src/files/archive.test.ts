import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { archiveOf, contentOf } from "./archive.js";

describe("an archive", () => {
  test.each([0, 1, 511, 512, 513, 5000])("returns its content of %d bytes", (size) => {
    const content = randomBytes(size);
    expect(contentOf(archiveOf({ path: "content", mode: 0o444, content })).equals(content)).toBe(true);
  });

  test("has the content, mode and owner, as tar reads them", () => {
    const content = Buffer.from([0, 255, 13, 10, 0]);
    const input = archiveOf({ path: "content", mode: 0o4640, uid: 4_000_000_000, gid: 2_097_151, content });
    expect(execFileSync("tar", ["-xOf", "-", "content"], { input }).equals(content)).toBe(true);
    const listed = execFileSync("tar", ["--numeric-owner", "-tvf", "-"], { input }).toString();
    expect(listed).toMatch(/^-rwSr----- 4000000000\/2097151 +5 1970-01-01 \d\d:\d\d content\n$/);
  });

  test("can be a directory", () => {
    const input = archiveOf({ path: "file", mode: 0o755 });
    expect(execFileSync("tar", ["-tvf", "-"], { input }).toString()).toMatch(/^drwxr-xr-x .* file\/?\n$/);
    expect(() => contentOf(input)).toThrow("The engine's archive contains no file.");
  });
});
