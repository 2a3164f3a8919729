import { FILE_HEADER } from "../schema/json-schema.js";
import { printYaml } from "../yaml/print-yaml.js";

export interface StarterOptions {
  /** Name of the project. */
  project: string;
  /** Name of the app. */
  app: string;
  /** Its image. Default: {@link STARTER_IMAGE}, which serves a page on port 80. */
  image?: string | undefined;
}

const STARTER_IMAGE = "nginx:alpine";

/** A new app file with one app, and comments that show what else an app can have. Without the leading `# `, they are valid. */
export function starterFile({ project, app, image }: StarterOptions): string {
  const entry = printYaml({ uuid: app, image: image ?? STARTER_IMAGE }).replace(/^(?=.)/gm, "    ");
  const ports = `ports: ["8080:80"] # port of the host: port of the app`;
  const key = printYaml({ [app]: 0 }).replace(/: 0\n$/, "");
  return `${FILE_HEADER}# Check this file with \`ofdeploy validate\`, and deploy it with \`ofdeploy up\`.
${printYaml({ name: project })}
apps:
  ${key}:
${entry}    ${image === undefined ? ports : `# ${ports}`}
    # environment:
    #   LOG_LEVEL: info
    #   API_TOKEN: \${API_TOKEN-} # from .env beside this file, or from the environment of ofdeploy
    # storage:
    #   data: { type: volume, mount_point: /data } # kept when the app is removed
    # healthcheck:
    #   test: wget -q -O /dev/null http://127.0.0.1/
    #   interval: 10s
    # deploy:
    #   replicas: 2 # on a swarm
    #   resources: { limits: { cpus: "0.5", memory: 256m } }
    # networks: [plant]

  # db:
  #   uuid: db
  #   image: postgres:17-alpine
  #   restart: always

# networks:
#   plant: {}
`;
}
