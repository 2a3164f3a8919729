import { expect, it } from "vitest";
import { retryRead } from "./retry.js";

const fault = (code: string) => Object.assign(new Error(code), { code });
const { signal } = new AbortController();

function failing(times: number, code: string) {
  const work = async () => {
    work.calls += 1;
    if (work.calls <= times) throw fault(code);
    return "done";
  };
  work.calls = 0;
  return work;
}

it("asks again while the connection breaks or is refused, three times at most", async () => {
  expect(await retryRead(failing(2, "ECONNRESET"), signal)).toBe("done");
  const work = failing(9, "ECONNREFUSED");
  await expect(retryRead(work, signal)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(work.calls).toBe(3);
});

it("does not ask again for any other fault", async () => {
  const work = failing(1, "ENOENT");
  await expect(retryRead(work, signal)).rejects.toMatchObject({ code: "ENOENT" });
  expect(work.calls).toBe(1);
});

it("does not ask again once the signal has fired", async () => {
  const abort = new AbortController();
  const work = failing(9, "ECONNRESET");
  const asking = retryRead(work, abort.signal);
  setImmediate(() => abort.abort());
  await expect(asking).rejects.toMatchObject({ code: "ABORTED" });
  expect(work.calls).toBe(1);
});
