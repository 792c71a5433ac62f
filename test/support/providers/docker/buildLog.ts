import { BinaryReader } from "google-protobuf";
import { isProperties, type Properties, textOf } from "../values";

/** What a message of a build, pull or push says to people. */
export function messageText(message: Properties): string {
  if (message.id === "moby.buildkit.trace") return traceText(textOf(message.aux ?? null)).trim();
  const progress = textOf(message.progress ?? null);
  const line = textOf(message.stream ?? null) || [textOf(message.status ?? null), progress].filter(Boolean).join(" ");
  return `${textOf(message.from ?? null)}${line}`.trim();
}

/** The lines of a BuildKit status: steps, errors, output. Message StatusResponse of its control API. */
function traceText(base64: string): string {
  let text = "";
  const reader = new BinaryReader(Buffer.from(base64, "base64"));
  while (reader.nextField()) {
    const field = reader.getFieldNumber();
    const inner = reader.isDelimited() ? new BinaryReader(reader.readBytes()) : undefined;
    if (!inner) {
      reader.skipField();
      continue;
    }
    const fields = delimitedFields(inner);
    if (field === 1)
      text += `digest: ${fields[1] ?? ""}\n${fields[3] ?? ""}\n${fields[7] ? `error: ${fields[7]}\n` : ""}`;
    if (field === 2) text += `${fields[1] ?? ""}\n`;
    if (field === 3) text += `${fields[4] ?? ""}\n`;
    if (field === 4) text += `${fields[3] ?? ""}\n`;
  }
  return text;
}

/** The texts of a message, by field. */
function delimitedFields(reader: BinaryReader): Record<number, string> {
  const fields: Record<number, string> = {};
  while (reader.nextField()) {
    if (reader.isDelimited()) fields[reader.getFieldNumber()] = Buffer.from(reader.readBytes()).toString();
    else reader.skipField();
  }
  return fields;
}

/** The error that a message carries, in the words of the official plugin. */
export function messageError(message: Properties): string | undefined {
  const detail = isProperties(message.errorDetail) ? message.errorDetail : undefined;
  if (!detail && message.error === undefined) return undefined;
  if (detail?.code === 401) return "authentication is required";
  const text = textOf(detail?.message ?? message.error ?? null);
  if (text !== "EOF") return text;
  return (
    "EOF\n: This error is most likely due to incorrect or mismatched registry credentials. " +
    "Please double check you are using the correct credentials and registry name"
  );
}
