/** Patterns of paths: regular expressions that are quick on every path, because every request waits for them. */

/** Longest source of a pattern, in characters. */
const longest = 200;

/** Repetitions without an end that one pattern can have. */
const mostRepetitions = 3;

/** What was seen of a group; the whole pattern is one. */
interface Group {
  /** It can match one text in several ways: something in it repeats, may be missing, or has alternatives. */
  varies: boolean;
}

/**
 * One part of a source: an escape, a class, the beginning of a group, a quantifier with its laziness, or a character.
 */
const parts = /\\[^]|\[(?:\\[^]|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|(?:[*+?]|\{\d+(?:,\d*)?\})\??|[^]/g;

/**
 * Why a regular expression could take longer than anybody waits; undefined when it cannot. It is strict: some patterns
 * that it refuses are harmless.
 *
 * @param source of a regular expression
 */
export function whyUnsafe(source: string): string | undefined {
  if (source.length > longest) return `it is longer than ${longest} characters`;
  const groups: Group[] = [{ varies: false }];
  let repetitions = 0;
  let closed: Group | undefined;
  for (const [part] of source.matchAll(parts)) {
    const inside = groups.at(-1) ?? { varies: false };
    if (/^\\[1-9k]/.test(part)) return `it refers back with ${part}`;
    if (/^[*+?{]/.test(part) && (part.length > 1 || part !== "{")) {
      const repeats = !part.startsWith("?");
      if (repeats && closed?.varies)
        return `${part} repeats a group in which something repeats, varies or may be missing`;
      if (/^[*+]|,\}/.test(part)) repetitions += 1;
      inside.varies = true;
    } else if (part === "|") inside.varies = true;
    else if (part.startsWith("(")) groups.push({ varies: false });
    closed = undefined;
    if (part === ")" && groups.length > 1) {
      closed = groups.pop();
      const outer = groups.at(-1);
      if (outer && closed?.varies) outer.varies = true;
    }
  }
  return repetitions > mostRepetitions ? `it repeats more than ${mostRepetitions} things without an end` : undefined;
}
