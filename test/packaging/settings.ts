/** The ways in which users have TypeScript set up, by the name of their configuration file. */
export const compilers = { "TypeScript 7": "typescript", "TypeScript 5.9": "typescript-5" } as const;
export type Compiler = keyof typeof compilers;

type Options = Readonly<Record<string, unknown>>;

/** What all projects here have in common; `skipLibCheck` off, so that the package's own declarations are checked. */
const common: Options = {
  target: "es2022",
  strict: true,
  skipLibCheck: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  declaration: true, // a user's exported class must be able to name what it extends
  types: ["node"],
};

export interface Setting {
  readonly name: string;
  readonly options: Options;
}

const modules: readonly Options[] = [
  { module: "node16", moduleResolution: "node16" },
  { module: "esnext", moduleResolution: "bundler" },
];

/** Every combination for an application. */
export const applications: readonly Setting[] = modules.flatMap((module) =>
  [true, false].flatMap((exactOptionalPropertyTypes) =>
    [true, false].map((useDefineForClassFields) => ({
      name: [
        module.moduleResolution,
        exactOptionalPropertyTypes ? "exact" : "loose",
        useDefineForClassFields ? "define" : "assign",
      ].join("-"),
      options: { ...common, ...module, exactOptionalPropertyTypes, useDefineForClassFields },
    })),
  ),
);

/** For the package's declarations, each of them. */
export const declarations: Setting = {
  name: "declarations",
  options: { ...common, ...modules[0], lib: ["es2022"], exactOptionalPropertyTypes: true, noEmit: true },
};

/** For one door alone, as TypeScript 6 and 7 are set up when nothing is said: no types but those that files ask for. */
export const doors: readonly Setting[] = ["index", "testing/index"].map((name) => ({
  name,
  options: { ...common, ...modules[1], types: [], noEmit: true },
}));

/** What lets TypeScript accept `require` of ESM; node16 and node18 refuse it. */
export const commonjs: readonly Setting[] = ["node20", "nodenext"].map((module) => ({
  name: `require-${module}`,
  options: { ...common, module, moduleResolution: module === "node20" ? "node16" : module },
}));

/** The same application where TypeScript refuses it. */
export const refusing: Setting = { name: "require-node16", options: { ...common, ...modules[0], noEmit: true } };
