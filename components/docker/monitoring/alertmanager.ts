import { ALERTMANAGER, alertmanagerRun } from "../../services/alertmanager";
import type { McpServiceArgs } from "../serviceArgs";
import { FILES_FOLDER } from "../serviceFiles";
import type { AlertmanagerArgs } from "./args";

/** The service that tells people of alerts. */
export const alertmanagerService = ({
  port = ALERTMANAGER.port,
  ...alertmanager
}: AlertmanagerArgs): Omit<McpServiceArgs, "network"> => ({
  ...alertmanagerRun(FILES_FOLDER, alertmanager),
  publish: port,
  internalPort: ALERTMANAGER.port,
  health: ["amtool", `--alertmanager.url=http://127.0.0.1:${ALERTMANAGER.port}`, "config", "show"],
});
