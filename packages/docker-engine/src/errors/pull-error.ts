import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";

interface Meaning {
  pattern: RegExp;
  code: ErrorCode;
  hint: string;
}

// Within a stream with status 200, and in answers with status 500, the text is all that tells them apart.
const MEANINGS: readonly Meaning[] = [
  {
    // Docker Hub says of a repository that is not there, too, that access is denied.
    pattern: /repository does not exist or may require|manifest unknown|name unknown|not found|no matching manifest/i,
    code: "IMAGE_NOT_FOUND",
    hint: "Check the image's name, tag and platform; for a private one, log in with docker login.",
  },
  {
    pattern: /unauthorized|denied|authentication required|no basic auth credentials|\b40[13]\b/i,
    code: "UNAUTHORIZED",
    hint: "Log in to the registry with docker login, with a user who may pull the image.",
  },
];

/** What the engine says of a registry, as an error. `status` is that of the answer; none within a stream. */
export function pullError(words: string, image: string, status?: number): DeploymentError {
  const meaning = MEANINGS.find(({ pattern }) => pattern.test(words));
  return new DeploymentError(
    meaning?.code ?? "ENGINE_ERROR",
    `The engine could not get the image ${image}: ${words.replace(/\.?\s*$/, ".")}`,
    {
      hint: meaning?.hint ?? "See whether the engine can reach the image's registry.",
      cause: { message: words, ...(status === undefined ? {} : { statusCode: status }) },
    },
  );
}
