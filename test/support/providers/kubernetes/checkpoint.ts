import {
  annotateSecrets,
  containsSecret,
  isProperties,
  type Properties,
  plainProperties,
  secret,
  textOf,
} from "../values";
import { isSecretKind, kindOf } from "./kind";

/** What the state holds of an object. */
export interface Checkpoint {
  /** Inputs of the last operation. */
  inputs: Properties;
  /** The object as the cluster gave it back then. */
  live: Properties;
  /** Name that the object's fields are owned under. */
  fieldManager: string;
}

const INPUTS = "__inputs";
const FIELD_MANAGER = "__fieldManager";
const API_VERSION = "__initialApiVersion";

/** The state, with all secret that is secret in the inputs it came from. */
export function toState({ inputs, live, fieldManager }: Checkpoint, given: Properties): Properties {
  return {
    ...withSecrets(live, given),
    [INPUTS]: withSecrets(inputs, given),
    [API_VERSION]: textOf(inputs.apiVersion),
    [FIELD_MANAGER]: fieldManager,
  };
}

export function fromState(state: Properties): Checkpoint {
  const { [INPUTS]: inputs, [FIELD_MANAGER]: fieldManager, [API_VERSION]: _, ...live } = plainProperties(state);
  return { inputs: isProperties(inputs) ? inputs : {}, live, fieldManager: textOf(fieldManager) };
}

/** Marks in an object what is secret in the inputs. What a Secret holds is secret in any case. */
export function withSecrets(object: Properties, given: Properties): Properties {
  if (!isSecretKind(kindOf(object))) return annotateSecrets(object, given);
  const hidden = ["data", "stringData"].flatMap((key) => {
    const value = object[key];
    return value === undefined ? [] : [[key, containsSecret(value) ? value : secret(value)]];
  });
  return { ...object, ...Object.fromEntries(hidden) };
}
