/** What kept the tests from having an engine, an image or a registry: one sentence, and what to do. */
export class TestEngineError extends Error {
  override readonly name = "TestEngineError";
}
