// @ts-check
/** What an object must be like, so that a documented query finds one. */

/** @param {string} query from the question mark on @returns {Record<string, unknown>} properties by name */
export function wishesOf(query) {
  const text = decodeURIComponentSafe(query);
  /** @type {Record<string, unknown>} */
  const wishes = {};
  const value = "('(?:[^']|'')*'|[\\w.:+-]+)";
  for (const [, name = "", said = ""] of text.matchAll(new RegExp(`\\b(\\w+) (?:eq|ge|le) ${value}`, "g")))
    wishes[name] = meant(said);
  for (const [, name = "", said = ""] of text.matchAll(
    new RegExp(`(?:startsWith|endsWith|contains)\\(\\s*(\\w+)\\s*,\\s*${value}\\s*\\)`, "gi"),
  ))
    wishes[name] = meant(said);
  for (const [, name = "", said = ""] of text.matchAll(
    new RegExp(`\\b(\\w+)/any\\(\\s*(?:\\w+)\\s*:\\s*\\w+ eq ${value}\\s*\\)`, "g"),
  ))
    wishes[name] = [meant(said)];
  for (const [, name = "", variable = "", inside = ""] of text.matchAll(
    /\b(\w+)\/any\(\s*(\w+)\s*:([^)]*\/[^)]*)\)/g,
  )) {
    const members = [...inside.matchAll(new RegExp(`\\b${variable}/(\\w+) eq ${value}`, "g"))];
    if (members.length > 0)
      wishes[name] = [Object.fromEntries(members.map(([, member = "", said = ""]) => [member, meant(said)]))];
  }
  for (const [, name = "", said = ""] of text.matchAll(/"(\w+):([^"]+)"/g)) wishes[name] = said;
  return wishes;
}

/** @param {string} said @returns {unknown} */
function meant(said) {
  if (said.startsWith("'")) return said.slice(1, -1).replaceAll("''", "'");
  if (said === "true" || said === "false") return said === "true";
  return /^-?\d+$/.test(said) ? Number(said) : said;
}

/** @param {string} text */
function decodeURIComponentSafe(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
