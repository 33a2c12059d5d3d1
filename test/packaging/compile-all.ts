/** A program: compiles the configurations it is given, in its working folder, with TypeScript 5.9; prints its complaints as JSON. */
import ts from "typescript-5";
import { type Complaint, complaintAbout } from "./complaint.js";

/** Parsed files of packages; the same for all settings that read them as modules of the same kind. */
const parsed = new Map<string, ts.SourceFile | undefined>();

function compile(folder: string, configuration: string): Complaint[] {
  const read = ts.readConfigFile(configuration, ts.sys.readFile);
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(read.config, ts.sys, folder);
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile;
  host.getSourceFile = (path, ...rest) => {
    if (!path.includes("/node_modules/")) return parse(path, ...rest);
    const key = `${options.module} ${options.target} ${path}`;
    if (!parsed.has(key)) parsed.set(key, parse(path, ...rest));
    return parsed.get(key);
  };
  const program = ts.createProgram(fileNames, options, host);
  const ours = program.getSourceFiles().filter(({ fileName }) => complaintAbout(folder, fileName, 0, "") !== undefined);
  const sources = ours.filter((file) => !file.isDeclarationFile);
  const diagnostics = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ...sources.flatMap((file) => program.getDeclarationDiagnostics(file)),
  ];
  // File by file: to emit a program is to check all of it first, other packages too.
  for (const file of sources) program.emit(file);
  return diagnostics.map(({ file, start = 0, code }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return complaintAbout(folder, file?.fileName, line, `TS${code}`) ?? `elsewhere: TS${code}`;
  });
}

console.log(JSON.stringify(process.argv.slice(2).map((configuration) => compile(process.cwd(), configuration))));
