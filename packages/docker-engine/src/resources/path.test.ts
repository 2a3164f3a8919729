import { expect, it } from "vitest";
import { filterQuery, imagePath, segment } from "./path.js";

it("escapes names", () => {
  expect(segment("a/b?c d")).toBe("a%2Fb%3Fc%20d");
  expect(imagePath("host:5000/a/b:1")).toBe("host%3A5000/a/b%3A1");
});

it.each(["", ".", ".."])("refuses %j, which would name another path", (name) => {
  expect(() => segment(name)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  expect(() => imagePath(`a/${name}/b`)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});

it("writes filters as JSON, and none as nothing", () => {
  expect(filterQuery({ label: ["a=b"] })).toEqual({ filters: '{"label":["a=b"]}' });
  expect([filterQuery({}), filterQuery(undefined)]).toEqual([{}, {}]);
});
