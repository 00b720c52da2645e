// @ts-check
/** What a replay prints. */

/** @typedef {import("./replay.mjs").Replayed} Replayed */

/** @param {Replayed} replayed @returns {boolean} */
const isExplained = ({ differences, reasons }) => differences.length > 0 && reasons.length > 0;

/** @param {Replayed} replayed @returns {string | undefined} undefined for a row that simply agrees */
export function lineOf(replayed) {
  const { row, operation, differences, profile, reasons } = replayed;
  const where = `${row.line} ${row.version} ${operation} ${row.status}`;
  if (differences.length === 0)
    return profile === undefined ? undefined : `${where}: agrees under the profile ${profile}`;
  const shown = differences.slice(0, 6).map(({ kind, text }) => `${kind}: ${text}`);
  const more = differences.length > 6 ? [`and ${differences.length - 6} more`] : [];
  return `${where}: ${[...shown, ...more].join("; ")}; ${isExplained(replayed) ? `explained: ${reasons.join(" ")}` : "UNEXPLAINED"}`;
}

export class Summary {
  replayed = 0;
  agree = 0;
  explained = 0;

  /** @param {Replayed} replayed */
  add(replayed) {
    this.replayed++;
    if (replayed.differences.length === 0) this.agree++;
    else if (isExplained(replayed)) this.explained++;
  }

  get unexplained() {
    return this.replayed - this.agree - this.explained;
  }

  /** Whether nothing is left open, and explanations stay the exception. */
  get passes() {
    return this.unexplained === 0 && this.explained * 10 <= this.replayed;
  }

  toString() {
    return `replayed ${this.replayed}, agree ${this.agree}, explained ${this.explained}, unexplained ${this.unexplained}`;
  }
}
