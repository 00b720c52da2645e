// @ts-check
/** Pulumi's output for somebody who sees it for the first time: what it says stays, how it says it gets shorter. */

const colour = /\u001b\[[0-9;]*m|<\{%.*?%\}>/g;

/** Lines of progress that say again what a later line says. Without a terminal Pulumi prints them all. */
const progress = [
  /^ [ ~+-]+\s\S+ \S+ (creating|updating|deleting|refreshing|running)\b/,
  /^@ (previewing|updating|refreshing|destroying)\b/,
  / refresh( \([\d.]+s\))?$/,
  // What stays the same is counted at the end.
  /^ {4}\S+:\S+ \S+( +\d+ messages?)?$/,
];

/** @param {string} line @returns {string | undefined} the line as shown, without its end; nothing where it is left out */
export function plainLine(line) {
  const bare = line.replace(colour, "").trimEnd();
  if (progress.some((pattern) => pattern.test(bare))) return undefined;
  return line
    .trimEnd()
    .replaceAll("pulumi-nodejs:dynamic/", "")
    .replace(/\[urn=urn:pulumi:\S*::([^\s:\]]+)\]/, "[$1]");
}

/** @param {(text: string) => void} write @returns {(text: string) => void} takes output in any pieces, writes whole lines */
export function plainly(write) {
  let rest = "";
  let wasEmpty = false;
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const shown = plainLine(line);
      // Where lines were left out, two empty ones may meet.
      if (shown === undefined || (shown === "" && wasEmpty)) continue;
      wasEmpty = shown === "";
      write(`${shown}\n`);
    }
  };
}
