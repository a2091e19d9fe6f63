// Bundles the product and the tests into out/. `node esbuild.mjs` builds everything, `node esbuild.mjs cli` the
// command line and the worker only, `node esbuild.mjs product` what is packaged.
import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import wabt from 'wabt';

const what = process.argv[2] ?? 'all';

/** Assembles WebAssembly's text format into the bundle. */
const assemble = {
  name: 'wat',
  setup(building) {
    building.onLoad({ filter: /\.wat$/ }, async ({ path }) => {
      const module = (await wabt()).parseWat(basename(path), readFileSync(path));
      module.validate();
      return { contents: module.toBinary({}).buffer, loader: 'binary' };
    });
  },
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outdir: 'out',
  sourcemap: what === 'product' ? false : 'linked',
  minify: what === 'product',
  external: ['vscode', 'onnxruntime-node'],
  logLevel: 'warning',
  plugins: [assemble],
};

const engine = {
  worker: 'engine/worker/entry.ts',
  library: 'engine/library/worker/entry.ts',
  cli: 'engine/cli.ts',
};
const product = { extension: 'extension/main.ts', ...engine };

// Packaging must not take away the tests that check the package.
if (what === 'all') rmSync('out', { recursive: true, force: true });
await build({ ...common, entryPoints: what === 'cli' ? engine : product });
if (what === 'all') {
  const tests = ['unit', 'conformance', 'host', 'bench']
    .map((folder) => `test/${folder}`)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith('.ts'));
  // mocha is loaded by path at run time inside the extension host; playwright-core resolves files of its own.
  await build({
    ...common,
    entryPoints: tests,
    outbase: '.',
    external: [...common.external, 'mocha', 'playwright-core', '@vscode/test-electron'],
  });
}
