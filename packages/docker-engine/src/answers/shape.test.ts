import { describe, expect, it } from "vitest";
import {
  containerAnswer,
  eventAnswer,
  infoAnswer,
  networkAnswer,
  summaryAnswer,
  versionAnswer,
  volumeAnswer,
} from "../../test/answers.js";
import { checkShape, flag, listOf, mapOf, number, object, optional, type Shape, text, time } from "./shape.js";
import {
  containerShape,
  containersShape,
  eventShape,
  infoShape,
  networksShape,
  versionShape,
  volumesShape,
} from "./shapes.js";

const things = listOf(object({ Name: text, Labels: optional(mapOf(text)), At: time, On: flag, Count: number }));
const thing = { Name: "a", At: "2026-01-01T00:00:00Z", On: true, Count: 1 };

const problem = (answer: unknown, shape: Shape<unknown> = things): string | undefined => {
  try {
    checkShape(answer, shape, "list things");
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: "ENGINE_ERROR", hint: expect.any(String) });
    return (error as Error).message;
  }
};

it("checkShape() returns an answer that has the shape, with its other keys", () => {
  const answer = [thing, { ...thing, Labels: null, Extra: 1 }, { ...thing, Labels: { a: "b" } }];
  expect(checkShape(answer, things, "x")).toBe(answer);
});

it.each([
  [null, "expected a list, found null"],
  [{}, "expected a list, found an object"],
  [undefined, "expected a list, found nothing"],
  [Buffer.from("<html>"), "expected a list, found text that is not JSON"],
  [[null], "expected an object at [0], found null"],
  [[thing, {}], "expected a string at [1].Name, found nothing"],
  [[{ ...thing, Name: 7 }], "expected a string at [0].Name, found a number"],
  [[{ ...thing, Labels: [] }], "expected an object at [0].Labels, found a list"],
  [[{ ...thing, Labels: { a: 1 } }], "expected a string at [0].Labels.a, found a number"],
  [[{ ...thing, At: "yesterday" }], "expected a time at [0].At, found a string"],
  [[{ ...thing, At: "2026-13-45T00:00:00Z" }], "expected a time at [0].At, found a string"],
  [[{ ...thing, On: "true" }], "expected true or false at [0].On, found a string"],
])("checkShape(%j) names the call, the place and the kinds: %s", (answer, expected) => {
  expect(problem(answer)).toBe(`The engine's response has another format when asked to list things: ${expected}.`);
});

it("checkShape() never repeats a value, which may be secret", () => {
  expect(problem([{ ...thing, Count: "s3cret" }])).not.toContain("s3cret");
});

describe("the shape of each answer", () => {
  it.each([
    ["a container", containerShape, containerAnswer()],
    ["a list of containers", containersShape, [summaryAnswer()]],
    ["networks", networksShape, [networkAnswer()]],
    ["volumes", volumesShape, { Volumes: [volumeAnswer()] }],
    ["no volumes", volumesShape, { Volumes: null }],
    ["the engine's state", infoShape, infoAnswer({})],
    ["the engine's version", versionShape, versionAnswer()],
    ["an event", eventShape, eventAnswer()],
  ])("accepts %s", (_what, shape, answer) => {
    expect(problem(answer, shape)).toBeUndefined();
  });

  it.each([
    ["null", null],
    ["an empty object in a list", [{}]],
    ["a container without names", [summaryAnswer({ Names: undefined })]],
    ["a container without labels", [summaryAnswer({ Labels: null })]],
    ["a text for a list", "containers"],
  ])("rejects %s", (_what, answer) => {
    expect(problem(answer, containersShape)).toContain("expected");
  });
});
