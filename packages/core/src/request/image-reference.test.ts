import { describe, expect, test } from "vitest";
import { DeploymentError } from "../errors.js";
import { imagePullPolicySchema, imageSchema, formatImageReference, parseImageReference } from "./image-reference.js";

const HEX = "0123456789abcdef".repeat(4);
const SHA = `sha256:${HEX}`;
const SHA512 = `sha512:${HEX}${HEX}`;

// The cases of distribution/reference's own tests (`reference_test.go`, `normalize_test.go`), with the default registry and
// `library/` added as engines do.
describe("parseImageReference()", () => {
  test.each<[string, string, string, string?, string?]>([
    // A name without a slash is always Docker Hub's.
    ["debian", "docker.io", "library/debian"],
    ["test_com", "docker.io", "library/test_com"],
    ["test.com:5000", "docker.io", "library/test.com", "5000"],
    ["192.168.0.1", "docker.io", "library/192.168.0.1"],
    ["192.168.0.1:80", "docker.io", "library/192.168.0.1", "80"],
    ["foo_bar.com:8080", "docker.io", "library/foo_bar.com", "8080"],
    ["lowercase:Uppercase", "docker.io", "library/lowercase", "Uppercase"],
    ["dbcc1", "docker.io", "library/dbcc1"],
    [HEX.slice(1), "docker.io", `library/${HEX.slice(1)}`],
    [`busybox:latest@${SHA}`, "docker.io", "library/busybox", "latest", SHA],
    // A path whose first component is not a host is Docker Hub's, too.
    ["docker/docker", "docker.io", "docker/docker"],
    ["library/debian", "docker.io", "library/debian"],
    ["library/foo/bar", "docker.io", "library/foo/bar"],
    ["test_com/foo", "docker.io", "test_com/foo"],
    ["foo/foo_bar.com:8080", "docker.io", "foo/foo_bar.com", "8080"],
    ["d/docker", "docker.io", "d/docker"],
    ["dock__er/docker", "docker.io", "dock__er/docker"],
    ["docker---rules/docker", "docker.io", "docker---rules/docker"],
    // Docker Hub by its names.
    ["docker.io/debian", "docker.io", "library/debian"],
    ["docker.io/library/foo/bar", "docker.io", "library/foo/bar"],
    ["index.docker.io/debian", "docker.io", "library/debian"],
    ["index.docker.io/fooo/bar", "docker.io", "fooo/bar"],
    [`docker.io/${HEX}`, "docker.io", `library/${HEX}`],
    // A host: a dot, a port, localhost, capital letters.
    ["test.com/repo:tag", "test.com", "repo", "tag"],
    ["test:5000/repo", "test:5000", "repo"],
    ["test-com:8080/foo", "test-com:8080", "foo"],
    [`test:5000/repo:tag@${SHA}`, "test:5000", "repo", "tag", SHA],
    ["localhost/a", "localhost", "a"],
    ["sub-dom1.foo.com/bar/baz/quux:some-long-tag", "sub-dom1.foo.com", "bar/baz/quux", "some-long-tag"],
    ["b.gcr.io/test.example.com/my-app:test.example.com", "b.gcr.io", "test.example.com/my-app", "test.example.com"],
    ["xn--n3h.com:18080/foo", "xn--n3h.com:18080", "foo"],
    [`xn--7o8h.com/myimage:xn--7o8h.com@${SHA512}`, "xn--7o8h.com", "myimage", "xn--7o8h.com", SHA512],
    ["192.168.1.1:5000/repo:5050", "192.168.1.1:5000", "repo", "5050"],
    ["Foo/bar", "Foo", "bar"],
    ["[2001:db8::1]/repo", "[2001:db8::1]", "repo"],
    ["[fc00:1:2:3:4:5:6:7]:5000/library/debian", "[fc00:1:2:3:4:5:6:7]:5000", "library/debian"],
    [`[::1]:5000/repo@${SHA}`, "[::1]:5000", "repo", undefined, SHA],
    [`${"a/".repeat(127)}a:tag-puts-this-over-max`, "docker.io", `${"a/".repeat(127)}a`, "tag-puts-this-over-max"],
  ])("%s", (image, registry, repository, tag, digest) => {
    const { name, ...rest } = parseImageReference(image) as { name: string };
    expect(rest).toEqual({ registry, repository, ...(tag && { tag }), ...(digest && { digest }) });
    expect(image.startsWith(name)).toBe(true);
    const whole = tag === undefined && digest === undefined ? `${image}:latest` : image;
    expect(formatImageReference({ name, tag, digest })).toBe(whole);
  });

  test.each([HEX, SHA])("reads %s as an image id", (image) => {
    expect(parseImageReference(image)).toEqual({ id: SHA });
  });

  test.each([
    ["", "empty"],
    [":justtag", "not an image reference"],
    [`@${SHA}`, "not an image reference"],
    ["repo@sha256:ffffffffffffffffffffffffffffffffff", "64 digits"],
    [`validname@invaliddigest:${HEX}`, "must be one of"],
    [`validname@constructor:${HEX}`, "must be one of"],
    ["Uppercase:tag", "lowercase"],
    ["docker/Docker", "lowercase"],
    ["test:5000/Uppercase/lowercase:tag", "lowercase"],
    ["docker.io/docker/Docker", "lowercase"],
    [`${"a/".repeat(128)}a:tag`, "must have at most"],
    ["aa/asdf$$^/aa", "not an image reference"],
    ["[2001:db8::1]", "not an image reference"],
    ["[2001:db8::1]:5000", "not an image reference"],
    ["[fe80::1%eth0]:5000/repo", "not an image reference"],
    ["[2001:db8:3:4::192.0.2.33]:5000/debian", "not an image reference"],
    ["fc00::1:5000/debian", "not an image reference"],
    ["https://github.com/docker/docker", "not an image reference"],
    ["-docker", "not an image reference"],
    ["-docker.io/docker/docker", "not an image reference"],
    ["docker-/docker", "not an image reference"],
    ["docker///docker", "not an image reference"],
    ["docker/", "not an image reference"],
    ["____/____", "not an image reference"],
    ["dock..er/docker", "not an image reference"],
    ["dock_.er/docker", "not an image reference"],
    ["busybox:-foo", "not an image reference"],
  ])("rejects %j", (image, why) => {
    const parse = (): unknown => parseImageReference(image);
    expect(parse).toThrow(why);
    expect(parse).toThrow(expect.objectContaining({ code: "INVALID_REQUEST", field: "image" }));
  });

  test("takes linear time for every text", () => {
    // Regular expressions of this shape can backtrack exponentially.
    for (const image of ["a-".repeat(2000), "a/".repeat(2000), `${"a.".repeat(2000)}:`, `a@${"a.".repeat(2000)}`]) {
      expect(() => parseImageReference(image)).toThrow(DeploymentError);
    }
  });
});

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("imageSchema", () => {
  test.each([
    "nginx",
    "nginx:1.27-alpine",
    "library/nginx",
    "ghcr.io/open-factory/asset_router:v1.2.3",
    "localhost:5000/a/b/c:latest",
    "Registry.Example.COM:443/app",
    "[::1]:5000/app:1",
    "a__b.c-d/e",
    `nginx@${digest}`,
    `registry:5000/app:1.0@${digest}`,
    digest,
  ])("accepts %s", (image) => {
    expect(imageSchema.parse(image)).toBe(image);
  });

  test.each([
    ["", "the image must not be empty"],
    ["my image", "whitespace"],
    ["nginx\n", "whitespace"],
    ["Nginx/App", "lowercase"],
    ["ghcr.io/Open/app", "lowercase"],
    ["nginx:", "not an image reference"],
    ["nginx:-tag", "not an image reference"],
    [`nginx:${"t".repeat(129)}`, "not an image reference"],
    ["-nginx", "not an image reference"],
    ["nginx@sha256:abc", "must have 64 digits"],
    [`nginx@sha256:${"a".repeat(63)}`, "64 digits"],
    [`nginx@${digest.toUpperCase().replace("SHA", "sha")}`, "64 digits"],
    [`nginx@md5:${"a".repeat(32)}`, "must be one of sha256"],
    ["http://nginx", "not an image reference"],
    ["a".repeat(4097), "must have at most"],
  ])("rejects %j: %s", (image, message) => {
    expect(imageSchema.safeParse(image).error?.issues[0]?.message).toContain(message);
  });

  test.each([undefined, null, 1, {}])("rejects %j", (image) => {
    expect(imageSchema.safeParse(image).success).toBe(false);
  });
});

test("imagePullPolicySchema takes missing, always and never", () => {
  expect(
    ["missing", "always", "never", "IfNotPresent", "", null].map(
      (policy) => imagePullPolicySchema.safeParse(policy).success,
    ),
  ).toEqual([true, true, true, false, false, false]);
});
