import { expect, it } from "vitest";
import { shortLived } from "./credentials.js";

const ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const ACR_USER = "00000000-0000-0000-0000-000000000000";
const found = (helper: string | undefined, username = "someone") => ({
  credentials: { username, password: "p", serveraddress: "x" },
  ...(helper && { helper }),
});

it.each([
  [ECR, "ecr-login", undefined, "Amazon ECR", "12 hours"],
  // By `docker login` with a token: in the file, or in the system's own store.
  [ECR, undefined, "AWS", "Amazon ECR", "12 hours"],
  [ECR, "osxkeychain", "AWS", "Amazon ECR", "12 hours"],
  ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", undefined, "AWS", "Amazon ECR", "12 hours"],
  ["public.ecr.aws", undefined, "AWS", "Amazon ECR", "12 hours"],
  ["europe-west3-docker.pkg.dev", "gcloud", undefined, "Google", "1 hour"],
  ["eu.gcr.io", "gcr", undefined, "Google", "1 hour"],
  ["gcr.io", undefined, "oauth2accesstoken", "Google", "1 hour"],
  ["plant.azurecr.io", "acr-env", undefined, "Azure", "3 hours"],
  ["plant.azurecr.io", undefined, ACR_USER, "Azure", "3 hours"],
])(
  "credentials for %s from %s with the user %s are of %s and last %s",
  (registry, helper, username, issuer, lasting) => {
    expect(shortLived(registry, found(helper, username))).toEqual({ issuer, lasting });
  },
);

it.each([
  ["registry.example.com", undefined, "AWS"],
  ["registry.example.com", "osxkeychain", "someone"],
  ["registry.example.com", "pass", ACR_USER],
  // A key file, a robot, a service principal: these last.
  ["europe-west3-docker.pkg.dev", undefined, "_json_key"],
  ["plant.azurecr.io", undefined, "service-principal"],
  [`${ECR}.example.com`, undefined, "AWS"],
  ["notgcr.io.example.com", undefined, "oauth2accesstoken"],
])("credentials for %s from %s with the user %s are not temporary", (registry, helper, username) => {
  expect(shortLived(registry, found(helper, username))).toBeUndefined();
});
