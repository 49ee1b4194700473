// Reads with ical.js the calendars in a folder, and writes to standard output what it found in each:
// identity, begin, end, words, status, number of changes, reminders. `make readers` runs it.
import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(process.cwd() + "/");
const ICAL = (await import(require.resolve("ical.js"))).default;
const { version } = JSON.parse(readFileSync("node_modules/ical.js/package.json", "utf8"));
ICAL.design.strict = true;

const told = (time) => {
  if (!time) return "";
  if (time.isDate) return time.toString();
  if (time.zone === ICAL.Timezone.localTimezone) return time.toString();
  return new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");
};
const row = (component) => {
  const value = (name) => component.getFirstPropertyValue(name);
  const alarms = component.getAllSubcomponents("valarm");
  return [
    value("uid"),
    told(value("dtstart")),
    told(value("dtend")),
    value("summary"),
    value("status") || "",
    Number(value("sequence")),
    alarms.map((alarm) => alarm.getFirstPropertyValue("trigger").toSeconds()),
  ];
};
const order = (one, other) => (one[0] < other[0] ? -1 : 1);
const read = (path) => {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(path, "utf8")));
  return calendar.getAllSubcomponents("vevent").map(row).sort(order);
};
const [folder] = process.argv.slice(2);
const found = readdirSync(folder)
  .filter((name) => name.endsWith(".ics"))
  .map((name) => [name, read(join(folder, name))]);
console.log(JSON.stringify({ reader: `ical.js ${version}`, found: Object.fromEntries(found) }));
