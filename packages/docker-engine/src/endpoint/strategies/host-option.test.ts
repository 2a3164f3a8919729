import { expect, it } from "vitest";
import { hostOption } from "./host-option.js";

it("is the address that was given", () => {
  const input = { env: {}, platform: "linux" } as const;
  expect(hostOption({ ...input, host: "tcp://a:1" })).toMatchObject({ host: "tcp://a:1", source: "--host" });
  expect(hostOption(input)).toBeUndefined();
});
