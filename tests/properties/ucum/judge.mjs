// Reads UCUM codes from standard input, one a line, and writes to the named file what the validator
// of the United States National Library of Medicine says of each. `make ucum` runs it.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const require = createRequire(process.cwd() + "/");
const ucum = require("@lhncbc/ucum-lhc").UcumLhcUtils.getInstance();
const { version } = require("@lhncbc/ucum-lhc/package.json");
const verdict = (code) => {
  const { status, unit } = ucum.validateUnitString(code, false, "validators");
  return { status, reads: unit && unit.name ? String(unit.name) : "" };
};
const codes = readFileSync(0, "utf8").split("\n").filter(Boolean);
const verdicts = Object.fromEntries(codes.map((code) => [code, verdict(code)]));
const kept = { validator: `@lhncbc/ucum-lhc ${version}`, verdicts };
writeFileSync(process.argv[2], JSON.stringify(kept, null, 1) + "\n");
