import { describe, expect, it } from "vitest";
import { parseDetails, parsePrefix } from "./log-lines.js";

const AT = "2026-01-02T03:04:05.000000006Z";

function prefixOf(line: string, withDetails = false) {
  const { rest, ...prefix } = parsePrefix(Buffer.from(line), withDetails);
  return { ...prefix, rest: rest.toString() };
}

describe("parsePrefix", () => {
  it("splits off the timestamp", () => {
    expect(prefixOf(`${AT} hé  there`)).toEqual({ timestamp: AT, details: "", rest: "hé  there" });
    expect(prefixOf(`${AT} `)).toEqual({ timestamp: AT, details: "", rest: "" });
    const offset = "2026-01-02T03:04:05.000000006+02:00";
    expect(prefixOf(`${offset} x`)).toEqual({ timestamp: offset, details: "", rest: "x" });
  });

  it("splits off a timestamp of whole seconds, as Podman sends it", () => {
    const at = "2026-01-02T03:04:05Z";
    expect(prefixOf(`${at} 2026-01-01T00:00:00Z x`)).toEqual({
      timestamp: at,
      details: "",
      rest: "2026-01-01T00:00:00Z x",
    });
  });

  it("splits off details, which may be empty", () => {
    expect(prefixOf(`${AT} a=b,c=d the line`, true)).toEqual({ timestamp: AT, details: "a=b,c=d", rest: "the line" });
    expect(prefixOf(`${AT}  the line`, true)).toEqual({ timestamp: AT, details: "", rest: "the line" });
  });

  it("returns a line without a timestamp unchanged", () => {
    expect(prefixOf("2026-01-02 a=b line", true)).toEqual({ details: "", rest: "2026-01-02 a=b line" });
  });
});

describe("parseDetails", () => {
  it("decodes keys and values", () => {
    expect(parseDetails("com.docker.swarm.node.id=n1,a%2Cb=c%3Dd+e,flag")).toEqual({
      "com.docker.swarm.node.id": "n1",
      "a,b": "c=d e",
      flag: "",
    });
  });

  it("is empty without details, and keeps text that can't be decoded", () => {
    expect(parseDetails("")).toEqual({});
    expect(parseDetails("a=%zz")).toEqual({ a: "%zz" });
  });
});
