export type { SetupStep } from "../../provider/logging/setupStep";
export { type Endpoint, toLogstash, toLoki, toOtlp } from "./destinations";
export { dockerFiles, dockerOperators } from "./dockerOperators";
export {
  INDEX_DEFAULTS,
  type IndexSettings,
  indexSetup,
  indexTemplate,
  LOG_USERS,
  type LogPasswords,
  userSetup,
} from "./elasticsearch";
export { dataViewSetup, type KibanaSettings, kibanaConfig } from "./kibana";
export { SERVER_LABEL, STACK_LABEL } from "./labels";
export type { Operator } from "./lineOperators";
export { LogSetup } from "./logSetup";
export {
  LOGSTASH_PORT,
  LOGSTASH_SECRETS,
  logstashPipeline,
  logstashSettings,
  type PipelineSettings,
  SHIPPER_NAME,
} from "./logstash";
export { type PodSource, podFiles, podOperators } from "./podOperators";
export { SHIPPER_FEATURES, type ShipperSettings, shipperConfig } from "./shipper";
export { validateElasticVersion, validateIndex, validateLogUrl, validateRetention } from "./validate";
