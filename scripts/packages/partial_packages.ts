/** Parts of package.json that the partial packages take over. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly repository: { readonly url: string };
  readonly [key: string]: unknown;
}

type PartialManifest = Pick<Manifest, "exports"> & Readonly<Record<string, unknown>>;

interface PartialPackage {
  /** Returns the package.json without dependencies, made of that of the whole package. */
  manifestOf(whole: Manifest): PartialManifest;
}

/** Packages with a part of `qrlogin`, for programs that need no more of it, by their folders in `packages/`. */
export const partialPackages: Readonly<Record<string, PartialPackage>> = {
  client: {
    manifestOf: (whole) =>
      partOf(
        whole,
        "client",
        "Client of qrlogin: sign in to a website by scanning a QR code with a mobile app.",
      ),
  },
  widget: {
    manifestOf: (whole) => ({
      ...partOf(whole, "widget", "Widget of qrlogin: shows the QR code of a sign-in on a web page."),
      engines: undefined,
    }),
  },
};

function partOf(whole: Manifest, name: string, description: string): PartialManifest {
  const { version, license, keywords, homepage, bugs, repository, type, engines } = whole;
  const exports = Object.entries(whole.exports)
    .filter(([path]) => path === `./${name}` || path.startsWith(`./${name}/`) || path === `./${name}.js`)
    .map(([path, target]) => [path.replace(/^\.\/\w+(?=\/|$)/, "."), target] as const);
  const typed = exports.flatMap(([path, target]) =>
    typeof target === "object" && target.types ? [[path.replace(/^\.\/?/, ""), target.types] as const] : [],
  );
  return {
    name: `@qrlogin/${name}`,
    ...{ version, description, license, keywords, homepage, bugs },
    repository: { ...repository, directory: `packages/${name}` },
    ...{ type, engines },
    types: typed.find(([path]) => path === "")?.[1],
    // For TypeScript's old `moduleResolution: node10`, which does not read `exports`.
    typesVersions: {
      "*": Object.fromEntries(
        typed.map(([path, types]) => [path, [types]] as const).filter(([path]) => path),
      ),
    },
    exports: { ...Object.fromEntries(exports), "./package.json": "./package.json" },
    publishConfig: { access: "public" },
  };
}
