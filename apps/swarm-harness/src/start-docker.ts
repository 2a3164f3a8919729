import type { InsecureRegistries } from "./engine-source.js";

/** Becomes a Docker Engine. */
export const startDocker = ({ cidr }: InsecureRegistries): string[] => [
  "rm -f /var/run/docker.pid",
  `exec dockerd -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2375 --tls=false --insecure-registry ${cidr}`,
];
