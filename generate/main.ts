import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./analyzer";
import { generated, REFERENCE } from "./files";

const files = generated();
rmSync(path.join(ROOT, REFERENCE), { recursive: true, force: true });
mkdirSync(path.join(ROOT, REFERENCE), { recursive: true });
for (const [file, content] of Object.entries(files)) writeFileSync(path.join(ROOT, file), content);
