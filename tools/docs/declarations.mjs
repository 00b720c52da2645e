// @ts-check
/** What a program may declare, read from the sources: every class that index.ts exports, with its arguments and docstrings. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/**
 * @typedef {object} Member an argument or an output
 * @property {string} name
 * @property {string} type as a person writes it: without `pulumi.Input` and `pulumi.Output`
 * @property {boolean} optional
 * @property {string} text its docstring; the default is part of it
 *
 * @typedef {object} Declaration
 * @property {string} name of the class
 * @property {string} file relative to the repository
 * @property {boolean} isComponent
 * @property {string} summary the first sentence
 * @property {string} text the whole docstring
 * @property {string | undefined} example
 * @property {Header} header
 * @property {readonly Member[]} inputs
 * @property {readonly Member[]} outputs
 * @property {readonly { name: string, text: string, members: readonly Member[] }[]} types that its arguments are made of
 *
 * @typedef {Readonly<Record<string, string>>} Header what the comment at the top of a file says, by its labels: `Id`, `Deleted`; `""` is what comes before them
 */

/** @param {string} root of the repository @returns {Declaration[]} in the order of index.ts */
export function declarations(root) {
  const exported = exportsOf(root);
  return exported.flatMap(({ name, file }) => {
    const source = sourceOf(root, file);
    const declared = source.statements.find((node) => ts.isClassDeclaration(node) && node.name?.text === name);
    if (!declared || !ts.isClassDeclaration(declared)) return [];
    return [declarationOf(root, file, source, declared, exported)];
  });
}

/** @param {string} root @returns {{ name: string, file: string }[]} */
function exportsOf(root) {
  return sourceOf(root, "index.ts").statements.flatMap((node) => {
    if (!ts.isExportDeclaration(node) || !node.exportClause || !ts.isNamedExports(node.exportClause)) return [];
    const from = node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : "";
    const file = [`${from}.ts`, `${from}/index.ts`].find((name) => existsSync(path.join(root, name)));
    if (file === undefined) throw new Error(`index.ts exports from ${from}, where there is no file`);
    return node.exportClause.elements.map(({ name }) => ({ name: name.text, file: path.posix.normalize(file) }));
  });
}

/**
 * @param {string} root @param {string} file @param {ts.SourceFile} source @param {ts.ClassDeclaration} declared
 * @param {readonly { name: string, file: string }[]} exported
 * @returns {Declaration}
 */
function declarationOf(root, file, source, declared, exported) {
  const name = declared.name?.text ?? "";
  const header = headerOf(source);
  const doc = docOf(declared);
  const text = doc.text || (header[""] ?? "").replace(/^[^:.]{1,60}: (\w)/, (_, first) => String(first).toUpperCase());
  if (text === "") throw new Error(`${file}: ${name} has no docstring, and the file has no header`);
  const inputs = membersOf(source, `${name}Args`);
  const named = exported.filter(({ name: other }) => other !== `${name}Args`);
  return {
    name,
    file,
    isComponent:
      declared.heritageClauses?.some((clause) => clause.getText(source).includes("ComponentResource")) === true,
    summary: firstSentence(text),
    text,
    example: doc.example,
    header,
    inputs,
    outputs: declared.members.filter(ts.isPropertyDeclaration).map((member) => memberOf(source, member)),
    types: typesIn(root, inputs, named),
  };
}

/**
 * Exported types that these members are made of, and those that they are made of.
 *
 * @param {string} root @param {readonly Member[]} members @param {readonly { name: string, file: string }[]} exported
 * @param {Set<string>} seen
 * @returns {{ name: string, text: string, members: readonly Member[] }[]}
 */
function typesIn(root, members, exported, seen = new Set()) {
  return exported.flatMap(({ name, file }) => {
    if (seen.has(name) || !members.some(({ type }) => new RegExp(`\\b${name}\\b`).test(type))) return [];
    seen.add(name);
    const source = sourceOf(root, file);
    const declared = interfaceOf(source, name);
    if (!declared) return [];
    const own = membersOf(source, name);
    return [{ name, text: docOf(declared).text, members: own }, ...typesIn(root, own, exported, seen)];
  });
}

/** @param {ts.SourceFile} source @param {string} name */
const interfaceOf = (source, name) =>
  source.statements.filter(ts.isInterfaceDeclaration).find((node) => node.name.text === name);

/** @param {ts.SourceFile} source @param {string} name @returns {Member[]} */
function membersOf(source, name) {
  const members = interfaceOf(source, name)?.members.filter(ts.isPropertySignature) ?? [];
  return members.map((member) => memberOf(source, member));
}

/** @param {ts.SourceFile} source @param {ts.PropertySignature | ts.PropertyDeclaration} member @returns {Member} */
function memberOf(source, member) {
  return {
    name: member.name.getText(source),
    type: plainType(member.type?.getText(source) ?? ""),
    optional: member.questionToken !== undefined,
    text: docOf(member).text,
  };
}

/** Without comments, line breaks and what Pulumi wraps around a type. @param {string} type */
function plainType(type) {
  let plain = type
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/readonly /g, "");
  plain = plain.replace(/\bNames\b/g, "string[]");
  for (let before = ""; before !== plain;) {
    before = plain;
    plain = plain.replace(
      /(?:pulumi\.(?:Input|Output)|Readonly)<((?:[^<>]|<[^<>]*>)*)>(\[\])?/g,
      (_, inner, list = "") => (list !== "" && String(inner).includes(" | ") ? `(${inner})[]` : `${inner}${list}`),
    );
  }
  return plain.trim();
}

/** A docstring: its text, with the default as a sentence of it, and its example. @param {ts.Node} node */
function docOf(node) {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const comment = comments.at(-1);
  const tags = comment?.tags ?? [];
  /** @param {string} name */
  const tag = (name) => {
    const found = tags.find(({ tagName }) => tagName.text === name);
    return found && ts.getTextOfJSDocComment(found.comment);
  };
  const example = tag("example")?.trim();
  const meaning = paragraphs(ts.getTextOfJSDocComment(comment?.comment) ?? "");
  return { text: [meaning, defaultIn(tag("default"))].filter(Boolean).join(" "), example };
}

/** `true. Changed in place.` is a value and a sentence. @param {string | undefined} comment */
function defaultIn(comment) {
  if (comment === undefined) return "";
  const [, value = "", rest = ""] = /^(.*?)(?:\.(\s+[A-Z][^]*)?)?$/s.exec(paragraphs(comment)) ?? [];
  const isCode = /^(?:["[{]|true$|false$|\d)/.test(value);
  return `Default: ${isCode ? `\`${value}\`` : value}.${rest}`;
}

/** Lines that belong together on one line. @param {string} text */
const paragraphs = (text) =>
  text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, " "))
    .join("\n\n");

/** @param {ts.SourceFile} source @returns {Header} */
function headerOf(source) {
  const [, comment = ""] = /^\/\*\*([^]*?)\*\//.exec(source.text) ?? [];
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
  /** @type {Record<string, string>} */
  const header = {};
  let label = "";
  for (const line of lines) {
    const [, begun, rest] = /^([A-Z][a-z]+): +(.*)$/.exec(line) ?? [];
    // A label stands before a column of spaces or in a list of labels; what follows an empty line belongs to none.
    if (begun !== undefined && /^(?:Graph|Docs|Id|Replaced|Deleted)$/.test(begun)) label = begun;
    else if (line.trim() === "" && label !== "") label = "more";
    header[label] = [header[label], rest !== undefined && label === begun ? rest : line.trim()]
      .filter(Boolean)
      .join(" ");
  }
  return header;
}

/** @param {string} text */
export const firstSentence = (text) => /^.*?[.!?](?=\s|$)/s.exec(text.replace(/\s+/g, " "))?.[0] ?? text;

/** @param {string} root @param {string} file */
function sourceOf(root, file) {
  return ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.ES2023, true);
}
