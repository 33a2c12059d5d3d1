import type { SourceFile } from "./source-file.js";

/** The rooms of src, from the top down; those of one line are equals. `index.ts` is the front door: surfaces may come through it. */
export const levels: readonly (readonly string[])[] = [
  ["cli", "dashboard", "nestjs", "testing"],
  ["index.ts"],
  ["task", "cron"],
  ["entity"],
  ["repository"],
  ["worker"],
  ["attempt"],
  ["store"],
  ["table"],
  ["dialect"],
  ["loop"],
  ["status", "policy", "failure", "event"],
  ["error", "util"],
];

/** A room imports itself, its equals and what is below it. A file in no known room is in the wrong place. */
export function roomOrder(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, imports }) => {
    const level = levelOf(path);
    if (level === -1) return [`${path} is in no room: the rooms are listed in test/support/house/rooms.ts`];
    return imports
      .filter((target) => levelOf(target.path) < level)
      .map((target) => `${path} imports ${target.path}, which is above it`);
  });
}

function levelOf(path: string): number {
  const place = path.split("/")[0] ?? "";
  return levels.findIndex((line) => line.includes(place));
}

/** No file loads itself by way of others. */
export function noCycles(files: readonly SourceFile[]): string[] {
  const loads = new Map(
    files.map(({ path, imports }) => [path, imports.filter(({ typeOnly }) => !typeOnly).map((to) => to.path)]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const follow = (path: string, way: readonly string[]) => {
    const start = way.indexOf(path);
    if (start !== -1) cycles.push([...way.slice(start), path].join(" → "));
    if (start !== -1 || done.has(path)) return;
    for (const next of loads.get(path) ?? []) follow(next, [...way, path]);
    done.add(path);
  };
  for (const path of loads.keys()) follow(path, []);
  return cycles;
}
