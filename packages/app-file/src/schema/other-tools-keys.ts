type Advice = Readonly<Record<string, string>>;

const limits = "Write deploy.resources.limits.";

/** Keys of Compose that people try here, and what to write instead. */
export const OTHER_TOOLS_KEYS: { readonly file: Advice; readonly app: Advice } = {
  file: {
    services: 'Write "apps": an entry of it is an app with a uuid.',
    version: "Leave it out.",
    volumes: 'Leave it out: an app has "storage".',
  },
  app: {
    volumes: 'Write "storage", with a type (nfs, local or volume) and a mount_point for each.',
    entrypoint: 'Write "command": it replaces the image\'s entrypoint; words for the entrypoint are "args".',
    user: 'Write "runtime_uid" and "runtime_gid".',
    env: 'Write "environment".',
    container_name: 'Leave it out: the lower-cased "uuid" is the name of the service.',
    name: 'Leave it out: the lower-cased "uuid" is the name of the service.',
    build: 'Leave it out: "image" names an image that exists.',
    pull_policy: 'Write "image_pull_policy".',
    expose: 'Write "ports" to publish ports, or "routing" to expose the app through Traefik.',
    replicas: 'Write "deploy" with "replicas".',
    scale: 'Write "deploy" with "replicas".',
    resources: 'Write "deploy" with "resources".',
    constraints: 'Write "deploy" with "placement" and "constraints".',
    ulimits: "Write deploy.resources.limits.open_files.",
    cpus: limits,
    mem_limit: limits,
    memory: limits,
  },
};
