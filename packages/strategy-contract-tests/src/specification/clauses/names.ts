import { must, section } from "../clause.js";

const INVALID_NAME = "valid names > an invalid name is rejected with INVALID_REQUEST > *";
const TOO_LONG = "valid names > a name of * characters is rejected";

export const nameSection = section("NAME", "Names", {}, [
  must(
    1,
    "A name of 2 to 63 letters (a to z, A to Z), digits, `-` and `_` that starts and ends with a letter or digit MUST be accepted by `deploy`.",
    ["valid names > a name with * is accepted", "valid names > a name of 63 characters is accepted"],
    { rationale: "Containers of Docker and services of a swarm both accept these names." },
  ),
  must(2, "Any other name MUST be rejected by `deploy` with `INVALID_REQUEST`. It is never truncated or changed.", [
    INVALID_NAME,
    TOO_LONG,
  ]),
  must(3, "An operation on an existing service MUST reject such a name with `NOT_FOUND` or `INVALID_REQUEST`.", [
    INVALID_NAME,
    TOO_LONG,
  ]),
  must(
    4,
    "A name MUST stand for the service with exactly that name, in every operation: not for one that begins with it, ends with it or contains it.",
    [
      "exact names > remove() keeps services whose names contain the name",
      "exact names > every operation on a part of other services' names rejects with NOT_FOUND and changes nothing",
      "exec > exec() in a missing service, or by a part of its name, rejects with NOT_FOUND",
    ],
    { rationale: "Removing `demo` must never remove `demo-x`." },
  ),
  must(5, "An id of the platform, complete or truncated, MUST NOT be accepted as a name.", [
    "exact names > an id, complete or truncated, is not a name",
  ]),
  must(
    6,
    "Names differ in case: `A` and `a` are two names on a platform that distinguishes them, and a strategy for a platform that does not MUST reject the second with `ALREADY_EXISTS`.",
    [],
    {
      untested: "Whether two such services may exist depends on the platform, so no case can expect either.",
    },
  ),
  must(
    7,
    "A service MUST be known to every tool of its platform under its name, or under names that begin with it and differ by a suffix for each instance.",
    ["deployment > deploy() starts a service and returns its name, ids and image"],
    { rationale: "An operator finds a service with the platform's own tools." },
  ),
  must(
    8,
    "An operation of a capability on a name without a service MUST reject with `NOT_FOUND`, and create nothing.",
    [
      "inspect > inspect() of a missing service rejects with NOT_FOUND",
      "wait > wait() on a missing service rejects with NOT_FOUND",
      "logs > logs() of a missing service rejects with NOT_FOUND",
      "update > update() of a missing service rejects with NOT_FOUND and creates nothing",
      "rollback > rollback() of a missing service rejects with NOT_FOUND",
      "scale > scale() of a missing service rejects with NOT_FOUND",
      "restart > restart() of a missing service rejects with NOT_FOUND",
      "stop > stop() and start() of a missing service reject with NOT_FOUND",
      "exec > exec() in a missing service, or by a part of its name, rejects with NOT_FOUND",
      "refreshAuth > refreshAuth() of a missing service rejects with NOT_FOUND",
    ],
  ),
]);
