import { describe, expect, it } from "vitest";
import { interpolate } from "./interpolate.js";

const values: Record<string, string> = { NAME: "web", EMPTY: "", _x1: "one" };
const lookup = (name: string) => values[name];
const text = (template: string) => interpolate(template, lookup);

describe("interpolate", () => {
  it.each([
    ["no variable", "no variable"],
    ["$NAME", "web"],
    ["${NAME}", "web"],
    ["a-${NAME}-$_x1.z", "a-web-one.z"],
    ["$NAME$NAME", "webweb"],
    ["${EMPTY}", ""],
    ["${NOPE:-default}", "default"],
    ["${NOPE-default}", "default"],
    ["${EMPTY:-default}", "default"],
    ["${EMPTY-default}", ""],
    ["${NAME:-default}", "web"],
    ["${NOPE:-}", ""],
    ["${NAME:?must be}", "web"],
    ["${EMPTY?must be}", ""],
    ["${NAME:+there}", "there"],
    ["${EMPTY:+there}", ""],
    ["${EMPTY+there}", "there"],
    ["${NOPE+there}", ""],
    ["${NOPE:-${NAME}}", "web"],
    ["${NOPE:-${NOPE2:-${NAME}-x}}/y", "web-x/y"],
    ['${NOPE:-{"a": {"b": 1}}}', '{"a": {"b": 1}}'],
    ["$$NAME $${NAME} $$$NAME", "$NAME ${NAME} $web"],
    ["${NAME:-$NOPE}", "web"],
  ])("%s", (template, expected) => {
    expect(text(template)).toEqual({ text: expected, problems: [] });
  });

  it.each([
    ["a ${NOPE}", 2, "the variable NOPE is not set"],
    ["$NOPE", 0, "the variable NOPE is not set"],
    ["${EMPTY:?say it}", 0, "the variable EMPTY is empty: say it"],
    ["${NOPE?say it}", 0, "the variable NOPE is not set: say it"],
    ["${NOPE:-x ${NOPE2}}", 10, "the variable NOPE2 is not set"],
    ["x ${NAME", 2, "missing } after the variable"],
    ["${1A}", 0, "variable names consist of letters, digits and _, and don't start with a digit"],
    ["${}", 0, "variable names consist of letters, digits and _, and don't start with a digit"],
    ["$1", 0, "expected a variable name after $"],
    ["5$", 1, "expected a variable name after $"],
    ["${NAME/x}", 0, "unexpected text after the variable name NAME"],
  ])("%s is a problem", (template, index, message) => {
    expect(text(template).problems).toMatchObject([{ index, message }]);
  });

  it("reports every unset variable", () => {
    expect(text("$A/$B").problems.map(({ index }) => index)).toEqual([0, 3]);
  });

  describe("with braces only", () => {
    it.each([
      ["${NAME}", "web"],
      ["$NAME", "$NAME"],
      ["pa$word", "pa$word"],
      ['echo "$DSN" $$ $! $? $1', 'echo "$DSN" $$ $! $? $1'],
      ["$$NAME", "$$NAME"],
      ["5$", "5$"],
      ["$$", "$$"],
      ["$${NAME}", "${NAME}"],
      ["$$${NAME}", "$${NAME}"],
      ["$NAME-${NAME}-$$", "$NAME-web-$$"],
      ["$(date) ${NAME}", "$(date) web"],
      ["${NOPE:-pa$word$$}", "pa$word$$"],
      ["${NOPE:-${NAME}}", "web"],
      ["${NOPE:-$${NAME}}", "${NAME}"],
    ])("%s", (template, expected) => {
      expect(interpolate(template, lookup, "braces")).toEqual({ text: expected, problems: [] });
    });

    it.each([
      ["$a ${NOPE}", 3, "the variable NOPE is not set"],
      ["${NOPE:-x$y ${NOPE2}}", 12, "the variable NOPE2 is not set"],
      ["x ${NAME", 2, "missing } after the variable"],
      ["${#NAME}", 0, "variable names consist of letters, digits and _, and don't start with a digit"],
      ["${NAME%x}", 0, "unexpected text after the variable name NAME"],
    ])("%s is a problem", (template, index, message) => {
      expect(interpolate(template, lookup, "braces").problems).toMatchObject([{ index, message }]);
    });
  });
});
