/** What index.ts exports, as an editor shows it: TypeScript's language service over the sources, and programs that use them. */
import * as path from "node:path";
import * as ts from "typescript";

const root = path.join(__dirname, "../..");
const index = path.join(root, "index.ts");

export interface Declared {
  /** `AgentIdentity`, `AgentIdentityArgs.owners`, `ConditionsArgs.users.includeUsers` */
  readonly name: string;
  readonly kind: "class" | "interface" | "other" | "member";
  readonly optional: boolean;
  /** Text of the docstring without its tags; empty when there is none. */
  readonly text: string;
  /** Texts of its tags: `tags("example")`. */
  readonly tags: (name: string) => readonly string[];
}

/** Programs by file name, which the service takes for files beside index.ts. */
const programs = new Map<string, string>();

const options: ts.CompilerOptions = {
  ...ts.convertCompilerOptionsFromJson({ lib: ["es2023", "DOM", "DOM.Iterable"] }, root).options,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node"],
  paths: { "pulumi-entra-agent-id": [index] },
};

const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [index, ...programs.keys()],
  getScriptVersion: (file) => programs.get(file) ?? "",
  getScriptSnapshot: (file) => {
    const text = programs.get(file) ?? ts.sys.readFile(file);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (file) => programs.has(file) || ts.sys.fileExists(file),
  readFile: (file) => programs.get(file) ?? ts.sys.readFile(file),
  directoryExists: ts.sys.directoryExists,
});

/** Every exported name, and every public member of its declaration, inherited ones of this package included. */
export function publicDeclarations(): Declared[] {
  const checker = service.getProgram()?.getTypeChecker();
  const source = service.getProgram()?.getSourceFile(index);
  const module = source && checker?.getSymbolAtLocation(source);
  if (!checker || !module) throw new Error("index.ts cannot be read");
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
    const isInterface = (symbol.flags & ts.SymbolFlags.Interface) !== 0;
    const members = isClass || isInterface ? type.getProperties().filter(isOurs) : [];
    const documented = (one: ts.Symbol, name: string, kind: Declared["kind"]): Declared => ({
      name,
      kind,
      optional: (one.flags & ts.SymbolFlags.Optional) !== 0,
      text: ts.displayPartsToString(one.getDocumentationComment(checker)),
      tags: (tag) =>
        one
          .getJsDocTags(checker)
          .filter((found) => found.name === tag)
          .map((found) => ts.displayPartsToString(found.text)),
    });
    return [
      documented(symbol, exported.name, isClass ? "class" : isInterface ? "interface" : "other"),
      ...members.flatMap((member) =>
        withInner(member, checker, `${exported.name}.${member.name}`).map(([one, name]) =>
          documented(one, name, "member"),
        ),
      ),
    ];
  });
}

/** Declared in this package, and public: `#private` ones have no name that anybody could write. */
const isOurs = ({ name, declarations = [] }: ts.Symbol): boolean =>
  !name.includes("#") &&
  declarations.some((one) => !one.getSourceFile().fileName.includes("node_modules")) &&
  declarations.every(
    (one) => (ts.getCombinedModifierFlags(one) & ts.ModifierFlags.NonPublicAccessibilityModifier) === 0,
  );

/** The member, and the properties of object types that are written out in its own type. */
function withInner(member: ts.Symbol, checker: ts.TypeChecker, name: string): [ts.Symbol, string][] {
  const inner: [ts.Symbol, string][] = [];
  const visit = (node: ts.Node): void => {
    if (!ts.isPropertySignature(node)) return ts.forEachChild(node, visit);
    const symbol = checker.getSymbolAtLocation(node.name);
    if (symbol) inner.push(...withInner(symbol, checker, `${name}.${symbol.name}`));
  };
  for (const declaration of member.declarations ?? []) ts.forEachChild(declaration, visit);
  return [[member, name], ...inner];
}

/** The closed set of error codes. */
export function errorCodes(): string[] {
  const program = service.getProgram();
  const source = program?.getSourceFile(path.join(root, "provider/graph/errors.ts"));
  const alias = source?.statements.filter(ts.isTypeAliasDeclaration).find(({ name }) => name.text === "EntraErrorCode");
  const codes = alias && program?.getTypeChecker().getTypeAtLocation(alias);
  return codes?.isUnion() ? codes.types.flatMap((one) => (one.isStringLiteral() ? [one.value] : [])) : [];
}

/** What the compiler says of these programs, each by its name. */
export function compile(all: Readonly<Record<string, string>>): string[] {
  programs.clear();
  for (const [name, text] of Object.entries(all)) programs.set(fileOf(name), text);
  return [...programs.keys()].flatMap((file) =>
    [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${path.basename(file, ".ts")}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    ),
  );
}

/** What an editor shows when the pointer is over the class name in `new agentid.<name>(`. */
export function hover(name: string): string {
  const program = `import * as agentid from "pulumi-entra-agent-id";\nnew agentid.${name}("x");\n`;
  programs.set(fileOf("hover"), program);
  const info = service.getQuickInfoAtPosition(fileOf("hover"), program.indexOf(`${name}(`));
  return ts.displayPartsToString(info?.documentation);
}

const fileOf = (name: string): string => path.join(root, `${name}.docstring-example.ts`);
