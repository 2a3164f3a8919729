import { homedir } from "node:os";
import { expect, test } from "vitest";
import { environmentLookup } from "../interpolation/interpolate.js";
import { resolvePath } from "./referenced-files.js";

test.each([
  ["~/web.env", { HOME: "/home/of-the-caller" }, "/home/of-the-caller/web.env"],
  ["~", { USERPROFILE: "/users/of-the-caller" }, "/users/of-the-caller"],
  ["~/web.env", {}, `${homedir()}/web.env`],
  ["~web.env", { HOME: "/home/of-the-caller" }, "/srv/~web.env"],
  ["web.env", { HOME: "/home/of-the-caller" }, "/srv/web.env"],
])("resolvePath() of %s with the environment %o is %s", (written, env, expected) => {
  expect(resolvePath(written, "/srv/app.yml", environmentLookup(env))).toBe(expected);
});
