import { expect, test } from "vitest";
import { imageText } from "./image-text.js";

test("a digest is cut to what people compare", () => {
  const digest = `sha256:0123456789abcdef${"0".repeat(48)}`;
  expect(imageText(`registry:5000/demo:1@${digest}`)).toBe("registry:5000/demo:1@sha256:0123456789ab...");
  expect(imageText(`demo@${digest}`)).toBe("demo@sha256:0123456789ab...");
  expect(imageText("demo:1")).toBe("demo:1");
});
